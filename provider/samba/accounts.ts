import type { Text } from "../hosts/batch";

/** One line of `pdbedit -L -w`: the smbpasswd format. */
export interface SambaAccount {
    name: string;
    uid: number;
    ntHash: string;
    enabled: boolean;
}

/** Reads `pdbedit -L -w`: `alice:10000:XXXX...:<NT hash>:[U          ]:LCT-...:`. */
export function parsePdbedit(text: string): Map<string, SambaAccount> {
    const accounts = new Map<string, SambaAccount>();
    for (const line of text.split("\n")) {
        const [name, uid, , ntHash, flags] = line.split(":");
        if (name === undefined || name === "" || ntHash === undefined || flags === undefined) continue;
        accounts.set(name, { name, uid: Number(uid), ntHash: ntHash.toUpperCase(), enabled: !flags.includes("D") });
    }
    return accounts;
}

/**
 * An smbpasswd(5) line for an account that may log in: no LAN Manager hash, and password set at `changed` (seconds since 1970); without the
 * time Samba would demand a new password.
 */
export function smbpasswdLine(name: string, uid: Text, ntHash: string, changed: number): Text {
    const time = changed.toString(16).toUpperCase().padStart(8, "0");
    return [`${name}:`, uid, `:${"X".repeat(32)}:${ntHash.toUpperCase()}:[U          ]:LCT-${time}:\n`];
}

/** Samba prints this date, a later one, or "never" for no expiry (seen with 4.17 to 4.22: February 2036, or the word). */
const NEVER = "2036-01-01";

/** Expiry dates by account, from `TZ=UTC pdbedit -L -v`; accounts without one are left out. */
export function parseExpiries(text: string): Map<string, string> {
    const days = new Map<string, string>();
    for (const account of text.split(/^-+$/m)) {
        const name = /^Unix username: +(\S+)/m.exec(account)?.[1];
        const ends = new Date(/^Kickoff time: +(\S.*)$/m.exec(account)?.[1] ?? "never");
        const day = Number.isNaN(ends.getTime()) ? NEVER : ends.toISOString().slice(0, 10);
        if (name !== undefined && day < NEVER) days.set(name, day);
    }
    return days;
}

export interface UnixAccount {
    name: string;
    uid: number;
    gid: number;
    fullName: string;
    home: string;
}

export function parsePasswd(text: string): Map<string, UnixAccount> {
    const accounts = new Map<string, UnixAccount>();
    for (const line of text.split("\n")) {
        const [name, , uid, gid, gecos, home = ""] = line.split(":");
        if (name && gid !== undefined)
            accounts.set(name, { name, uid: Number(uid), gid: Number(gid), fullName: (gecos ?? "").split(",")[0] ?? "", home });
    }
    return accounts;
}

export interface UnixGroup {
    name: string;
    gid: number;
    members: string[];
}

export function parseGroup(text: string): Map<string, UnixGroup> {
    const groups = new Map<string, UnixGroup>();
    for (const line of text.split("\n")) {
        const [name, , gid, members] = line.split(":");
        if (name && gid !== undefined)
            groups.set(name, { name, gid: Number(gid), members: (members ?? "").split(",").filter((member) => member !== "") });
    }
    return groups;
}
