import { task } from "./tasks";
import { hide } from "../base/scrub";
import { Bench, failureOf } from "../../test/support/proxmox/harness";
import { bare, data, type Reply, said, type ScriptedPve } from "../../test/support/proxmox/scripted-pve";

const bench = new Bench();
const UPID = "UPID:pve2:00001B8F:000387A6:6B00C2A7:vzcreate:101:svc@pve!gw:";
const STATUS = `GET /nodes/pve2/tasks/${UPID}/status`;
const LOG = `GET /nodes/pve2/tasks/${UPID}/log`;
const running = data({ upid: UPID, status: "running" });
const stopped = (exitstatus: string): Reply => data({ upid: UPID, status: "stopped", exitstatus });
const log = (...lines: string[]): Reply => data(lines.map((t, index) => ({ n: index + 1, t })));

const wait = (server: ScriptedPve, deadline?: number, onLine?: (line: string) => void): Promise<unknown> =>
    task(bench.pve(server, { deadline }), UPID).wait(onLine);

describe("ends", () => {
    test("OK, asked on the task's own node", async () => {
        const server = (await bench.server()).on(STATUS, running, running, stopped("OK"));
        await expect(wait(server)).resolves.toEqual({ warnings: [] });
        expect(server.count(STATUS)).toBe(3);
    });

    test("WARNINGS is success, and says what", async () => {
        const server = (await bench.server())
            .on(STATUS, stopped("WARNINGS: 2"))
            .on(LOG, log("extracting", "WARN: Systemd 252 detected. You may need to enable nesting.", "WARN: second", "TASK WARNINGS: 2"));
        await expect(wait(server)).resolves.toEqual({ warnings: ["Systemd 252 detected. You may need to enable nesting.", "second"] });
    });

    test("failure, with the end of the log and nothing secret", async () => {
        hide("hunter2222");
        const exit = "unable to create CT 101 - volume 'local:vztmpl/nope.tar.zst' does not exist";
        const server = (await bench.server())
            .on(STATUS, stopped(exit))
            .on(LOG, log(...Array.from({ length: 60 }, (_, index) => `line ${index}`), "with hunter2222", `TASK ERROR: ${exit}`));
        const failure = await failureOf(wait(server));
        expect(failure.kind).toBe("RemoteFailed");
        expect(failure.message).toContain(exit);
        expect(failure.details.log).toHaveLength(20);
        expect(failure.details.log?.at(-1)).toBe("with [secret]");
        expect(failure.message).not.toContain("hunter2222");
        // Without limit=0 PVE returns only the first 50 lines.
        expect(server.received.at(-1)?.params.get("limit")).toBe("0");
    });

    test("a failure is told even when the log cannot be read", async () => {
        const server = (await bench.server()).on(STATUS, stopped("command 'mkfs' failed")).on(LOG, said(500, "no log"));
        expect((await failureOf(wait(server))).message).toContain("command 'mkfs' failed");
    });

    test.each([
        ["CT is locked (backup)", "Busy"],
        ["can't lock file '/run/lock/lxc/pve-config-101.lock' - got timeout", "Busy"],
        ["Configuration file 'nodes/pve2/lxc/101.conf' does not exist", "NotFound"],
        ["unable to create CT 101 - CT 101 already exists on node 'pve1'", "Conflict"],
        ["job errors", "RemoteFailed"],
    ])("'%s' is %s", async (exit, kind) => {
        const server = (await bench.server()).on(STATUS, stopped(exit)).on(LOG, log(`TASK ERROR: ${exit}`));
        expect((await failureOf(wait(server))).kind).toBe(kind);
    });

    test.each(["unexpected status", "unable to get last line from task log - file empty"])("'%s': nobody knows", async (exit) => {
        const server = (await bench.server()).on(STATUS, stopped(exit)).on(LOG, log());
        expect(await failureOf(wait(server))).toMatchObject({ kind: "Unreachable", details: { dispatched: true } });
    });
});

describe("silences while waiting", () => {
    test("595, 596, resets and hangs say nothing about the task, however long they last", async () => {
        const silence = Array<Reply>(40).fill(bare(595, "No route to host"));
        const server = (await bench.server()).on(STATUS, running, bare(596, "Connection timed out"), "reset", ...silence, stopped("OK"));
        await expect(wait(server)).resolves.toEqual({ warnings: [] });
    });

    test("'no such task' is believed only after a grace", async () => {
        const missing = said(400, "Parameter verification failed.", { upid: "no such task" });
        const server = (await bench.server()).on(STATUS, missing, missing, running, stopped("OK"));
        // On a busy machine two answers take longer than the short grace of these tests.
        const patient = task(bench.pve(server, { timing: { taskGrace: 10_000 } }), UPID);
        await expect(patient.wait()).resolves.toEqual({ warnings: [] });
        const forgetful = (await bench.server()).on(STATUS, missing);
        expect(await failureOf(wait(forgetful))).toMatchObject({ kind: "Unreachable", details: { dispatched: true } });
        expect(forgetful.count(STATUS)).toBeGreaterThan(3);
    });

    test("the deadline: Timeout that names the task", async () => {
        const server = (await bench.server()).on(STATUS, running);
        const failure = await failureOf(wait(server, 60));
        expect(failure).toMatchObject({ kind: "Timeout", details: { dispatched: true } });
        expect(failure.message).toContain(UPID);
    });

    test("missing rights end the waiting", async () => {
        const server = (await bench.server()).on(STATUS, said(403, "Permission check failed (/nodes/pve2, Sys.Audit)"));
        expect((await failureOf(wait(server))).kind).toBe("Denied");
    });
});

test("progress: every line of the log once, in order", async () => {
    const all = ["0% done", "50% done", "100% done"];
    let written = 0;
    const server = (await bench.server()).on(STATUS, running, running, running, stopped("OK")).on(LOG, ({ params }) => {
        written = Math.min(all.length, written + 1);
        const rest = all.slice(0, written).slice(Number(params.get("start")));
        return data(rest.length > 0 ? rest.map((t, n) => ({ n, t })) : [{ n: 1, t: "no content" }]);
    });
    const seen: string[] = [];
    await wait(server, undefined, (line) => seen.push(line));
    expect(seen).toEqual(all);
});

test("an answer without a task id is an unknown outcome, not a crash", async () => {
    const pve = bench.pve(await bench.server());
    expect(() => task(pve, "")).toThrow(expect.objectContaining({ kind: "Unreachable" }));
});
