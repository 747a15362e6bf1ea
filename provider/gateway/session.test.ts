import { setTimeout as pause } from "node:timers/promises";
import type { Connection } from "../base/connection";
import { Deadline } from "../base/deadline";
import type { Context } from "../base/handler";
import { Session } from "../base/session";
import { Bench, failureOf, lines, TOKEN } from "../../test/support/proxmox/harness";
import { data, said } from "../../test/support/proxmox/scripted-pve";
import { openGateway } from "./session";

const bench = new Bench();
const CONFIG = "GET /nodes/pve1/lxc/105/config";
const ID = "pve1/105/0123456789abcdef";

/** Makes the context of a caller that has so many milliseconds. */
function callers(server: { endpoint: string }): (ms: number) => Context<unknown> {
    const connection: Connection = {
        endpoints: [server.endpoint],
        auth: TOKEN,
        tls: { kind: "ca", pem: bench.certificates.ca },
        ssh: { via: "guest", username: "root", sudo: false, port: 22, pct: "pct", nodes: {}, knownHosts: "/nonexistent" },
    };
    return (ms: number): Context<unknown> => ({
        log: lines(),
        deadline: Deadline.in(ms),
        connect: () => connection,
        pve: () => connection,
        ssh: () => connection.ssh,
        checkpoint: () => undefined,
    });
}

test("a caller with little time gives up alone: who has more gets what was looked up for both", async () => {
    const server = await bench.server();
    server.on(CONFIG, () => pause(800).then(() => said(500, "Configuration file 'nodes/pve1/lxc/105.conf' does not exist")));
    server.on("GET /cluster/nextid", data("105"));
    const caller = callers(server);
    const session = new Session();
    const [hasty, patient] = session.run(() => [failureOf(openGateway(caller(100), { id: ID })), openGateway(caller(10_000), { id: ID })]);
    expect((await hasty).message).toMatch(/looking for the gateway CT 105/);
    expect(await patient).toEqual({ state: "gone" });
    expect(server.count(CONFIG)).toBe(1);
    await session.close();
});

test("of a gateway that is stopped, the address in its configuration is known", async () => {
    const server = await bench.server();
    const caller = callers(server);
    server.on(CONFIG, data({ digest: "d", hostname: "files", net0: "name=eth0,bridge=vmbr0,ip=10.0.0.9/24" }));
    server.on("GET /nodes/pve1/lxc/105/status/current", data({ status: "stopped", vmid: 105 }));
    const session = new Session();
    expect(await session.run(() => openGateway(caller(10_000), { id: ID }))).toMatchObject({ state: "away", address: "10.0.0.9" });
    await session.close();
});
