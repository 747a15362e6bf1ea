import { parseSid } from "../sid";
import type { Sid } from "../sid";

/** Kinds of accounts by lsa_SidType's numbers ([MS-LSAT] 2.2.13). */
const TYPES: Record<string, AccountType> = { 1: "user", 2: "group", 3: "domain", 4: "alias", 5: "well-known", 6: "deleted", 9: "computer" };
export type AccountType = "user" | "group" | "domain" | "alias" | "well-known" | "deleted" | "computer" | "other";

export interface Resolved {
    sid: Sid;
    type: AccountType;
}

/** `wbinfo -n NAME`: `S-1-5-21-…-1105 SID_USER (1)`. Undefined: no such name, or no answer. */
export function parseNameToSid(text: string): Resolved | undefined {
    const found = /^(S-\S+) SID_[A-Z_]+ \(([0-9]+)\)$/m.exec(text);
    const sid = parseSid(found?.[1] ?? "");
    return sid === undefined ? undefined : { sid, type: TYPES[found?.[2] ?? ""] ?? "other" };
}

/** `wbinfo -s SID`: `LABAD\O'Neil R&D 1`. */
export function parseSidToName(text: string): { name: string; type: AccountType } | undefined {
    const found = /^(.+) ([0-9]+)$/m.exec(text);
    return found ? { name: found[1] ?? "", type: TYPES[found[2] ?? ""] ?? "other" } : undefined;
}

/** `wbinfo -i NAME`: a line of passwd's form. A field may hold a colon nowhere, a comma may. */
export function parseUser(text: string): { name: string; uid: number; gid: number; home: string; shell: string } | undefined {
    const found = /^([^:\n]+):[^:\n]*:([0-9]+):([0-9]+):[^:\n]*:([^:\n]*):([^:\n]*)$/m.exec(text);
    if (!found) return undefined;
    const [, name = "", uid, gid, home = "", shell = ""] = found;
    return { name, uid: Number(uid), gid: Number(gid), home, shell };
}

/** `wbinfo --sids-to-unix-ids A,B`: a line each, `SID -> uid 70001`, `-> gid …`, `-> uid/gid …` (both), or `-> unmapped`. */
export function parseUnixIds(text: string): Map<Sid, { uid?: number; gid?: number }> {
    const ids = new Map<Sid, { uid?: number; gid?: number }>();
    for (const [, name, kind, number] of text.matchAll(/^(S-\S+) -> (uid\/gid|uid|gid|unmapped)(?: ([0-9]+))?$/gm)) {
        const sid = parseSid(name ?? "");
        if (sid === undefined) continue;
        const id = Number(number);
        ids.set(sid, { ...(kind?.includes("uid") ? { uid: id } : {}), ...(kind?.includes("gid") ? { gid: id } : {}) });
    }
    return ids;
}

/** Those that winbind knows and gives no number: out of range, or without uidNumber. Silence, which no message follows. */
export const unmapped = (ids: ReturnType<typeof parseUnixIds>): Sid[] =>
    [...ids].flatMap(([sid, { uid, gid }]) => (uid === undefined && gid === undefined ? [sid] : []));
