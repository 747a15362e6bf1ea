import type { Step } from "../hosts/batch";

/** One process of smbd, as smbcontrol(1) takes it: `4711`, in a cluster `2:4711`. */
export type ProcessId = string;

/** As smbstatus names one. Samba alone on a host is on a node of no number (NONCLUSTER_VNN in librpc/idl/server_id.idl). */
interface ServerId {
    pid: string;
    vnn?: string;
}
const NO_NODE = "4294967295";

const processOf = ({ pid, vnn = NO_NODE }: ServerId): ProcessId => (vnn === NO_NODE ? pid : `${vnn}:${pid}`);

/** One tree connection of `smbstatus --json`: a client that has a share open. */
export interface Connection {
    pid: ProcessId;
    share: string;
    /** Unix account of the session. */
    user: string;
    group: string;
}

/** Reads `smbstatus --json` (Samba 4.17 and later). */
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

/** A user by name, or by the number of the account: where that has been removed, the name of its sessions is no longer known. */
export type Login = string | number;

/** The smbd processes that serve some users. */
export function parseLogins(json: string, users: readonly Login[]): ProcessId[] {
    const { sessions = {} } = JSON.parse(json) as {
        sessions?: Record<string, { uid: number; username: string; server_id: ServerId }>;
    };
    const theirs = Object.values(sessions).filter(({ uid, username }) => users.includes(uid) || users.includes(username));
    return [...new Set(theirs.map((session) => processOf(session.server_id)))];
}

/** Fails where it cannot be told who is connected: for a change after which nobody knows any more whose sessions have to end. */
export const WHO_IS_CONNECTED = {
    do: "run",
    argv: ["smbstatus", "--json"],
    changes: false,
    quiet: true,
    message:
        "nothing was taken away, because who is connected cannot be told (`smbstatus --json` fails there) and open sessions could not be ended",
} satisfies Step;

/** Tells one smbd process something. That its client has left meanwhile is no failure. */
export const tell = (pid: ProcessId, ...words: string[]): Step => ({
    do: "run",
    argv: ["smbcontrol", pid, ...words],
    ok: [0, 1, 255],
    changes: false,
});
