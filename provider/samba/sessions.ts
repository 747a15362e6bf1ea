import type { Step } from "../hosts/batch";

/** An smbd process as an smbcontrol(1) argument: `4711`, or `2:4711` in a cluster. */
export type ProcessId = string;

/** A process in smbstatus output. Without a cluster the node number is NONCLUSTER_VNN (librpc/idl/server_id.idl). */
interface ServerId {
    pid: string;
    vnn?: string;
}
const NO_NODE = "4294967295";

const processOf = ({ pid, vnn = NO_NODE }: ServerId): ProcessId => (vnn === NO_NODE ? pid : `${vnn}:${pid}`);

/** One tree connection in `smbstatus --json`: a client that has a share open. */
export interface Connection {
    pid: ProcessId;
    share: string;
    /** The session's Unix account. */
    user: string;
    group: string;
}

/** Parses `smbstatus --json` (Samba 4.17 and later). */
export function parseConnections(json: string): Connection[] {
    const status = JSON.parse(json) as {
        sessions?: Record<string, { session_id: string; username: string; groupname: string }>;
        tcons?: Record<string, { service: string; session_id: string; server_id: ServerId }>;
    };
    const sessions = new Map(Object.values(status.sessions ?? {}).map((session) => [session.session_id, session]));
    return Object.values(status.tcons ?? {}).map((tcon) => {
        const session = sessions.get(tcon.session_id);
        return { pid: processOf(tcon.server_id), share: tcon.service, user: session?.username ?? "", group: session?.groupname ?? "" };
    });
}

/** How many sessions each node of a cluster has. */
export function sessionsByNode(json: string): Map<number, number> {
    const { sessions = {} } = JSON.parse(json) as { sessions?: Record<string, { server_id: ServerId }> };
    const nodes = Object.values(sessions).map(({ server_id: { vnn = NO_NODE } }) => Number(vnn));
    return new Map([...new Set(nodes)].map((node) => [node, nodes.filter((each) => each === node).length]));
}

/** A user by name or uid: after the account is deleted, its sessions no longer show the name. */
export type Login = string | number;

/** The smbd processes that serve some users. */
export function parseLogins(json: string, users: readonly Login[]): ProcessId[] {
    const { sessions = {} } = JSON.parse(json) as {
        sessions?: Record<string, { uid: number; username: string; server_id: ServerId }>;
    };
    const theirs = Object.values(sessions).filter(({ uid, username }) => users.includes(uid) || users.includes(username));
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
