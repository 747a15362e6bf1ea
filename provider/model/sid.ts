/** A security identifier in its one spelling: `S-1-`, the authority, then 1 to 15 numbers of 32 bits ([MS-DTYP] 2.4.2). */
export type Sid = string & { readonly sid: unique symbol };

const MOST_PARTS = 15;

/** The SID of the domain whose account has this one: without its relative id. */
export const domainOf = (sid: string): string => sid.slice(0, sid.lastIndexOf("-"));

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
