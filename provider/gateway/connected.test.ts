import type { GatherResult, HostSession } from "../hosts";
import { Deadline } from "../base/deadline";
import { ALL, endSessions } from "./share-sessions";
import { endLogins } from "./logins";

/** A gateway with these answers of smbstatus and getent, and the commands that it gets. */
function world(status: Partial<GatherResult["commands"][string]>, group: Partial<GatherResult["commands"][string]> = {}) {
    const told: string[] = [];
    const hostSession = {
        name: "CT 100",
        queue: {
            submit: ({ steps }: { steps: { argv: string[] }[] }) => {
                told.push(...steps.map(({ argv }) => argv.join(" ")));
                return Promise.resolve({});
            },
        },
    } as unknown as HostSession;
    const fine = { code: 0, stdout: "", stderr: "" };
    const commands = { status: { ...fine, ...status }, group: { ...fine, stdout: "team:x:10001:bob\n", ...group } };
    const look = { files: {}, stat: {}, statvfs: {}, commands, ms: 1 } satisfies GatherResult;
    const soon = Deadline.in(1000);
    return {
        told,
        sessions: (...who: string[]) => endSessions(hostSession, "docs", who, look, soon),
        logins: (...users: string[]) => endLogins(hostSession, users, look, soon),
    };
}

const session = (id: string, username: string, pid: string) => ({ session_id: id, username, groupname: username, server_id: { pid } });
const tcon = (service: string, session_id: string, pid: string) => ({ service, session_id, server_id: { pid } });
const served = JSON.stringify({
    sessions: { 1: session("1", "alice", "11"), 2: session("2", "bob", "12") },
    tcons: { a: tcon("Docs", "1", "11"), b: tcon("docs", "2", "12"), c: tcon("other", "2", "12") },
});

test.each([
    ["everybody", [ALL], ["smbcontrol 11 close-share Docs", "smbcontrol 12 close-share docs"]],
    ["a user", ["alice"], ["smbcontrol 11 close-share Docs"]],
    ["a group", ["+team"], ["smbcontrol 12 close-share docs"]],
    ["nobody who is there", ["carol"], []],
])("sessions of %s end, on this share only", async (_who, who, commands) => {
    const { told, sessions } = world({ stdout: served });
    await sessions(...who);
    expect(told).toEqual(commands);
});

test.each([
    ["fails", { code: 1, stderr: "no such file" }, {}, "smbstatus ended with 1: no such file"],
    ["is not there", { code: 127 }, {}, "smbstatus ended with 127: no output"],
    ["says something else", { stdout: "Samba version 4" }, {}, "smbstatus returned no list of connections"],
    ["is fine, but nobody knows the groups", { stdout: served }, { code: 2 }, "getent group ended with 2"],
])("an smbstatus that %s does not say that nobody is connected", async (_what, status, group, words) => {
    const { told, sessions, logins } = world(status, group);
    for (const closing of [sessions(ALL), logins("alice")])
        await expect(closing).rejects.toMatchObject({ kind: "RemoteFailed", message: expect.stringContaining(words) as unknown });
    expect(told).toEqual([]);
});

test("who is connected is of no interest where nobody lost anything", async () => {
    await expect(world({ code: 1 }).logins()).resolves.toBeUndefined();
});
