import { outcomeUnknown } from "./known-errors";
import type { Pve } from "./client";
import { Bench, failureOf, lines, QUICK } from "../../../test/support/proxmox/harness";
import { bare, data, type Reply, said } from "../../../test/support/proxmox/scripted-pve";

const bench = new Bench();
const CT = "/nodes/pve1/lxc/101";

/** One call for each column of the table in pve-api.md 4.3. */
const CALLS: Record<string, { what: string; send: (pve: Pve) => Promise<unknown> }> = {
    GET: { what: `GET ${CT}/config`, send: (pve) => pve.get(`${CT}/config`) },
    create: { what: "POST /nodes/pve1/lxc", send: (pve) => pve.post("/nodes/pve1/lxc", { vmid: 101 }) },
    "config PUT": { what: `PUT ${CT}/config`, send: (pve) => pve.put(`${CT}/config`, { memory: 512 }) },
    delete: { what: `DELETE ${CT}`, send: (pve) => pve.delete(CT) },
    start: { what: `POST ${CT}/status/start`, send: (pve) => pve.post(`${CT}/status/start`) },
};
const ALL = Object.keys(CALLS);
const WRITES = ALL.filter((name) => name !== "GET");

async function run(name: string, ...replies: Reply[]): Promise<{ count: number; result: Promise<unknown> }> {
    const server = await bench.server();
    const { what, send } = CALLS[name]!;
    server.on(what, ...replies);
    const result = send(bench.pve(server));
    await result.catch(() => undefined);
    return { count: server.count(what), result };
}

describe("answers after which the call is sent again", () => {
    const nothingDone: [string, Reply][] = [
        ["595", bare(595, "Connection refused")],
        ["guest lock", said(500, "CT is locked (backup)")],
        ["config flock", said(500, "can't lock file '/run/lock/lxc/pve-config-101.lock' - got timeout")],
        ["storage flock", said(500, "can't lock file '/var/lock/pve-manager/pve-storage-local' - got timeout")],
        ["cluster lock", said(500, "cfs-lock 'storage-x' error: got lock request timeout")],
        ["fork race", said(500, "got no worker upid - start worker failed")],
    ];
    test.each(ALL.flatMap((name) => nothingDone.map(([why, reply]) => [name, why, reply] as const)))("%s: %s", async (name, _, reply) => {
        const { count, result } = await run(name, reply, reply, data("done"));
        await expect(result).resolves.toBe("done");
        expect(count).toBe(3);
    });

    test.each<[string, Reply]>([
        ["596", bare(596, "Connection timed out")],
        ["597", bare(597, "Connection reset by peer")],
        ["599", bare(599, "Too many redirections")],
        ["reset", "reset"],
        ["cut", "cut"],
        ["no answer", "hang"],
        ["proxy in front", bare(503, "Service Unavailable")],
    ])("GET: %s", async (_, reply) => {
        const { count, result } = await run("GET", reply, data("done"));
        await expect(result).resolves.toBe("done");
        expect(count).toBe(2);
    });
});

test.each(ALL)("%s: an API that refuses connections while it restarts", async (name) => {
    const server = await bench.server();
    const { what, send } = CALLS[name]!;
    server.on(what, data("done"));
    await server.pause();
    setTimeout(() => void server.resume(), 60);
    await expect(send(bench.pve(server))).resolves.toBe("done");
    expect(server.count(what)).toBe(1);
});

describe("writes that may have been taken are never sent again", () => {
    const unknown: [string, Reply][] = [
        ["596", bare(596, "Connection timed out")],
        ["597", bare(597, "Connection reset by peer")],
        ["599", bare(599, "Too many redirections")],
        ["reset", "reset"],
        ["cut", "cut"],
        ["no answer", "hang"],
        ["cluster lock lost", said(500, "'storage-x'-locked command timed out - aborting")],
    ];
    test.each(WRITES.flatMap((name) => unknown.map(([why, reply]) => [name, why, reply] as const)))("%s: %s", async (name, _, reply) => {
        const { count, result } = await run(name, reply, data("done"));
        const failure = await failureOf(result);
        expect(failure.kind).toBe("Unreachable");
        expect(outcomeUnknown(failure)).toBe(true);
        expect(count).toBe(1);
    });
});

describe("answers that end the matter", () => {
    const final: [string, Reply, string, string | undefined][] = [
        ["guest missing", said(500, "Configuration file 'nodes/pve1/lxc/101.conf' does not exist"), "NotFound", "guest missing"],
        ["taken", said(500, "CT 101 already exists on node 'pve1'"), "Conflict", "vmid taken"],
        ["taken, other words", said(500, "unable to create CT 101 - CT 101 already exists on node 'pve1'"), "Conflict", "vmid taken"],
        ["taken, clone", said(500, "unable to create VM 101: config file already exists"), "Conflict", "vmid taken"],
        ["digest", said(500, "detected modified configuration - file changed by other user? Try again."), "Conflict", "changed meanwhile"],
        ["digest of a VM", said(500, "checksum mismatch (file change by other user?)"), "Conflict", "changed meanwhile"],
        ["running", said(500, "CT 101 already running"), "Conflict", "already running"],
        ["stopped", said(500, "CT 101 not running"), "Conflict", "not running"],
        ["no quorum", said(500, "cluster not ready - no quorum?"), "Busy", "no quorum"],
        [
            "node",
            said(500, "hostname lookup 'pve9' failed - failed to get address info for: pve9: Name or service not known"),
            "InvalidInput",
            "no such node",
        ],
        ["storage", said(500, "storage 'nostore' does not exist"), "InvalidInput", "no such storage"],
        ["bridge: no guest is gone for that", said(500, "bridge 'vmbr0' does not exist"), "RemoteFailed", undefined],
        ["volume: neither", said(500, "volume 'local:vztmpl/x' does not exist"), "RemoteFailed", undefined],
        ["anything else", said(500, "unable to shrink disk size"), "RemoteFailed", undefined],
        [
            "parameters",
            said(400, "Parameter verification failed.", { memory: "value must have a minimum value of 16" }),
            "InvalidInput",
            undefined,
        ],
        ["rights", said(403, "Permission check failed (/vms/101, VM.Audit)"), "Denied", undefined],
        ["unknown call", bare(501, "Method 'GET /nosuch' not implemented"), "RemoteFailed", "method missing"],
        ["token", bare(401, "Authentication failed!"), "Denied", undefined],
        ["no PVE", { status: 200, body: "<html>router</html>" }, "RemoteFailed", undefined],
    ];
    test.each(ALL.flatMap((name) => final.map(([why, reply, kind, saying]) => [name, why, reply, kind, saying] as const)))(
        "%s: %s",
        async (name, _, reply, kind, saying) => {
            const { count, result } = await run(name, reply, data("done"));
            const failure = await failureOf(result);
            expect(failure.kind).toBe(kind);
            expect((failure as { says?: string }).says).toBe(saying);
            expect(count).toBe(1);
        },
    );
});

describe("waiting has an end", () => {
    test("a lock that stays: Busy, with PVE's words and the way out, and the user hears of the wait", async () => {
        const server = await bench.server();
        server.on(`DELETE ${CT}`, said(500, "CT is locked (snapshot)"));
        const log = lines();
        const failure = await failureOf(bench.pve(server, { log }).delete(CT));
        expect(failure.kind).toBe("Busy");
        expect(failure.message).toContain("CT is locked (snapshot)");
        expect(failure.message).toContain("pct unlock");
        expect(server.count(`DELETE ${CT}`)).toBeGreaterThan(5);
        expect(log.lines.filter((line) => line.includes("CT is locked"))).toHaveLength(1);
    });

    test("the deadline comes before patience", async () => {
        const server = await bench.server();
        server.on(`DELETE ${CT}`, said(500, "CT is locked (snapshot)"));
        const began = Date.now();
        // Busy, or Timeout if the deadline expires during a retry.
        expect(["Busy", "Timeout"]).toContain((await failureOf(bench.pve(server, { deadline: 100 }).delete(CT))).kind);
        expect(Date.now() - began).toBeLessThan(QUICK.busy - 50);
    });

    test("a request that hangs is cut at the deadline and may have been taken", async () => {
        const server = await bench.server();
        server.on(`PUT ${CT}/config`, "hang");
        const failure = await failureOf(bench.pve(server, { deadline: 100 }).put(`${CT}/config`, { memory: 512 }));
        expect(failure.kind).toBe("Timeout");
        expect(failure.details.dispatched).toBe(true);
    });

    test("a node that stays down is given patience once, not once per resource", async () => {
        const server = await bench.server();
        server.on(`GET ${CT}/config`, bare(595, "No route to host"));
        const pve = bench.pve(server);
        expect((await failureOf(pve.get(`${CT}/config`))).kind).toBe("Unreachable");
        const asked = server.count(`GET ${CT}/config`);
        expect(asked).toBeGreaterThan(3);
        await failureOf(pve.get(`${CT}/config`));
        expect(server.count(`GET ${CT}/config`)).toBe(asked + 1);
        server.on(`GET ${CT}/config`, data({}), bare(595, "No route to host"), data({ memory: 1 }));
        await pve.get(`${CT}/config`);
        await expect(pve.get(`${CT}/config`)).resolves.toEqual({ memory: 1 });
    });
});
