import { createServer, type AddressInfo, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { silenceDuring } from "./silence";

const listening = (port = 0): Promise<Server> =>
    new Promise((resolve) => {
        const server = createServer((socket) => socket.on("error", () => undefined).destroy());
        server.listen(port, "127.0.0.1", () => resolve(server));
    });
const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

test("says how long nobody was let in, beside a time without an interruption", async () => {
    let server = await listening();
    const port = portOf(server);
    const quiet = await silenceDuring("127.0.0.1", port, () => sleep(300));
    const gap = await silenceDuring("127.0.0.1", port, async () => {
        await closed(server);
        await sleep(900);
        server = await listening(port);
    });
    await closed(server);
    expect(gap).toBeGreaterThanOrEqual(0.85);
    expect(gap).toBeGreaterThan(quiet ?? Infinity);
});

test("does nothing where it cannot connect", async () => {
    const server = await listening();
    const port = portOf(server);
    await closed(server);
    let done = false;
    expect(await silenceDuring("127.0.0.1", port, async () => void (done = true))).toBeUndefined();
    expect(done).toBe(false);
});
