import { Deadline } from "../../base/deadline";
import { PvesmbError } from "../../base/errors";
import type { Log } from "../../base/log";
import type { ExecResult, Host } from "../../hosts";
import type { Pve } from "../../proxmox/client/client";
import { awaitHost } from "./identity";

const place = { node: "pve1", vmid: 101 };
const config = { net0: "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:01,ip=10.0.0.5/24,type=veth" };
const said: string[] = [];
const log: Log = { info: (text) => said.push(text), warn: (text) => said.push(text), warnOnce: (_, text) => said.push(text) };

/** A host that returns these answers in turn, then repeats the last one. */
function host(...answers: (string | Error)[]): Host {
    const exec = async (): Promise<ExecResult> => {
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        if (typeof answer !== "string") throw answer ?? new Error("no answer");
        return Promise.resolve({ code: 0, stdout: `${answer}\n`, stderr: "" });
    };
    return { name: "10.0.0.5", id: "ssh root@10.0.0.5", exec, open: () => Promise.reject(new Error("not here")) };
}

const pve = (status: string, ms = 60_000): Pve => ({ deadline: Deadline.in(ms), get: () => Promise.resolve({ status }) }) as unknown as Pve;
const silence = new PvesmbError("Unreachable", "connection refused", { dispatched: false });

test("waits until the guest answers", async () => {
    await expect(awaitHost(host(silence, silence, "bc:24:11:00:00:01"), pve("running"), place, config, log)).resolves.toBeUndefined();
});

test.each(["bc:24:11:00:00:02", ""])("another machine behind the address (%j) is left alone", async (mac) => {
    const waiting = awaitHost(host(mac), pve("running"), place, config, log);
    await expect(waiting).rejects.toMatchObject({
        name: "Conflict",
        message: expect.stringMatching(/network\.address belongs to another machine/) as string,
    });
});

test("a guest that has ended is not waited for", async () => {
    const waiting = awaitHost(host(silence), pve("stopped"), place, config, log);
    await expect(waiting).rejects.toMatchObject({
        name: "RemoteFailed",
        message: expect.stringContaining("stopped while pvesmb waited for it") as string,
    });
}, 20_000);

test("one that runs is waited for until the deadline", async () => {
    await expect(awaitHost(host(silence), pve("running", 1000), place, config, log)).rejects.toMatchObject({
        kind: expect.stringMatching(/Timeout|Unreachable/) as string,
    });
});

test("what waiting cannot mend fails at once", async () => {
    const changed = new PvesmbError("HostKeyMismatch", "another key");
    await expect(awaitHost(host(changed), pve("running"), place, config, log)).rejects.toBe(changed);
});
