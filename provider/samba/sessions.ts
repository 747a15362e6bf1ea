import * as z from "zod";
import { PvesmbError } from "../base/errors";
import { parsed } from "../base/json";
import type { Step } from "../hosts/batch";

/** An smbd process as an smbcontrol(1) argument: `4711`, or `2:4711` in a cluster. */
export type ProcessId = string;

/** A process in smbstatus output. Without a cluster the node number is NONCLUSTER_VNN (librpc/idl/server_id.idl). */
const serverId = z.object({
    pid: z.string().regex(/^\d{1,10}$/),
    vnn: z
        .string()
        .regex(/^\d{1,10}$/)
        .optional(),
});
const NO_NODE = "4294967295";

const processOf = ({ pid, vnn = NO_NODE }: z.infer<typeof serverId>): ProcessId => (vnn === NO_NODE ? pid : `${vnn}:${pid}`);

/** A name may be missing; a session that has an unexpected form must not be missed. */
const name = z.string().catch("");
const connected = z.object({
    sessions: z.record(z.string(), z.object({ session_id: z.string(), username: name, groupname: name })).default({}),
    tcons: z.record(z.string(), z.object({ service: z.string(), session_id: z.string(), server_id: serverId })).default({}),
});
const loggedIn = z.object({
    sessions: z.record(z.string(), z.object({ uid: z.number().catch(-1), username: name, server_id: serverId })).default({}),
});

/** The list of `smbstatus --json` (Samba 4.17 and later). Throws if it is none: who is connected is then not known. */
function listIn<T>(schema: z.ZodType<T>, json: string): T {
    const found = parsed(schema, json);
    if (found === undefined)
        throw new PvesmbError(
            "RemoteFailed",
            "who is connected cannot be found out: `smbstatus --json` on the gateway printed something else than its list",
        );
    return found;
}

/** One tree connection in `smbstatus --json`: a client that has a share open. */
export interface Connection {
    pid: ProcessId;
    share: string;
    /** The session's Unix account. */
    user: string;
    group: string;
}

export function parseConnections(json: string): Connection[] {
    const status = listIn(connected, json);
    const sessions = new Map(Object.values(status.sessions).map((session) => [session.session_id, session]));
    return Object.values(status.tcons).map((tcon) => {
        const session = sessions.get(tcon.session_id);
        return { pid: processOf(tcon.server_id), share: tcon.service, user: session?.username ?? "", group: session?.groupname ?? "" };
    });
}

/** How many sessions each node of a cluster has; undefined if it is no list. */
export function sessionsByNode(json: string): Map<number, number> | undefined {
    const list = parsed(loggedIn, json);
    if (list === undefined) return undefined;
    const nodes = Object.values(list.sessions).map(({ server_id: { vnn = NO_NODE } }) => Number(vnn));
    return new Map([...new Set(nodes)].map((node) => [node, nodes.filter((each) => each === node).length]));
}

/** A user by name or uid: after the account is deleted, its sessions no longer show the name. */
export type Login = string | number;

/** The smbd processes that serve some users. */
export function parseLogins(json: string, users: readonly Login[]): ProcessId[] {
    const theirs = Object.values(listIn(loggedIn, json).sessions).filter(
        ({ uid, username }) => users.includes(uid) || users.includes(username),
    );
    return [...new Set(theirs.map((session) => processOf(session.server_id)))];
}

/** Fails if open sessions cannot be listed: needed before a change after which they can no longer be attributed. */
export const WHO_IS_CONNECTED = {
    do: "run",
    argv: ["smbstatus", "--json"],
    changes: false,
    quiet: true,
    message:
        "nothing was removed, because pvesmb cannot find out who is connected (`smbstatus --json` fails there) and could not close open sessions",
} satisfies Step;

/** Sends a message to one smbd process; ignores a process that has ended since. */
export const tell = (pid: ProcessId, ...words: string[]): Step => ({
    do: "run",
    argv: ["smbcontrol", pid, ...words],
    ok: [0, 1, 255],
    changes: false,
});
