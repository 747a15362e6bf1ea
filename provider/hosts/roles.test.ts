import { Session } from "../base/session";
import { hostSessionOn } from ".";
import type { Batch, Unit } from "./batch";
import { LocalHost, soon, unit } from "../../test/support/hosts/local-host";

/** A host that is both a gateway and the node below one. */
const built: { role: string; keys: string[] }[] = [];
const role = (key: string) => ({
    key,
    look: { files: [`/etc/${key}`] },
    build: (units: Unit[]): Batch => {
        built.push({ role: key, keys: units.map((each) => each.key) });
        return { units, verify: [], commit: [] };
    },
});

test("roles of one host share its executor, its queue and what is seen of it, and no batch", async () => {
    const session = new Session();
    const host = new LocalHost();
    await session.run(async () => {
        const [gateway, node] = [hostSessionOn(host, role("gateway")), hostSessionOn(host, role("node"))];
        expect(node.executor).toBe(gateway.executor);
        jest.spyOn(gateway.executor, "batch").mockImplementation(({ units }) =>
            Promise.resolve({
                units: Object.fromEntries(units.map(({ key }) => [key, { ok: true, changed: true, steps: {} }])),
                steps: {},
                recovered: 0,
                ms: 1,
                waitedMs: 0,
            }),
        );
        const gather = jest
            .spyOn(gateway.executor, "gather")
            .mockImplementation(() => Promise.resolve({ files: {}, stat: {}, commands: {}, statvfs: {} } as never));

        await gateway.snapshot.read(soon());
        await gateway.snapshot.read(soon());
        expect(gather).toHaveBeenCalledTimes(1);
        // The gateway may have seen what the node changes.
        await Promise.all([node.queue.submit(unit("limit"), soon()), gateway.queue.submit(unit("share"), soon())]);
        await gateway.snapshot.read(soon());
        expect(gather).toHaveBeenCalledTimes(2);
        expect(built).toEqual([
            { role: "node", keys: ["limit"] },
            { role: "gateway", keys: ["share"] },
        ]);

        // Opened again, the gateway's role continues in the same queue.
        built.length = 0;
        const again = hostSessionOn(host, role("gateway"));
        await Promise.all([gateway.queue.submit(unit("a"), soon()), again.queue.submit(unit("b"), soon())]);
        expect(built).toEqual([{ role: "gateway", keys: ["a", "b"] }]);
    });
    await session.close();
});
