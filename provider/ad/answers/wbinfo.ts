import { parseSid } from "../../model/sid";
import type { Sid } from "../../model/sid";

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
