/** A security identifier in its one spelling: `S-1-`, the authority, then 1 to 15 numbers of 32 bits ([MS-DTYP] 2.4.2). */
export type Sid = string & { readonly sid: unique symbol };

const MOST_PARTS = 15;

/** Undefined when the text is none. Leading zeros and a small `s-` are taken as Windows takes them. */
export function parseSid(text: string): Sid | undefined {
    const found = /^s-1-(0x[0-9a-f]{1,12}|[0-9]{1,15})((?:-[0-9]{1,10})+)$/i.exec(text);
    if (!found) return undefined;
    const authority = BigInt(found[1] ?? "0");
    const parts = (found[2] ?? "").slice(1).split("-").map(Number);
    if (authority >= 1n << 48n || parts.length > MOST_PARTS || parts.some((part) => part > 0xffff_ffff)) return undefined;
    // From 2^32 on an authority is written in hexadecimal.
    const head = authority < 1n << 32n ? authority.toString() : `0x${authority.toString(16).padStart(12, "0")}`;
    return `S-1-${head}-${parts.join("-")}` as Sid;
}

/** A text that looks as if a SID was meant. */
export const looksLikeSid = (text: string): boolean => /^s-[0-9]+-/i.test(text);

/** Of a domain or a computer: S-1-5-21 and three numbers. */
export const isDomainSid = (sid: Sid): boolean => /^S-1-5-21(-[0-9]+){3}$/.test(sid);

/** Domain and relative id of an account. Undefined for well-known ones, which belong to no domain. */
export function accountOf(sid: Sid): { domain: Sid; rid: number } | undefined {
    const found = /^(S-1-5-21(?:-[0-9]+){3})-([0-9]+)$/.exec(sid);
    return found ? { domain: found[1] as Sid, rid: Number(found[2]) } : undefined;
}

/** Known everywhere and the same everywhere: Everyone, BUILTIN\Administrators ... */
export const isWellKnown = (sid: Sid): boolean => !sid.startsWith("S-1-5-21-") && !isUnix(sid);

/** Samba's own, for Unix ids: S-1-22-1-UID and S-1-22-2-GID. They mean something on one host only. */
export const isUnix = (sid: Sid): boolean => /^S-1-22-[12]-[0-9]+$/.test(sid);
