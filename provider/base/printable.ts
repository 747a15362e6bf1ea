/**
 * Characters that control a terminal, hide text or reverse it: control characters (C0, DEL, C1), Unicode's line separators and direction
 * marks. Line feed and tab are text.
 */
const COMMANDING = /(?![\n\t])[\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/**
 * Makes text safe for a terminal: guests, nodes and users of Proxmox VE are untrusted, also where their text becomes part of an error. The
 * escapes are those of JSON, so JSON stays valid.
 */
export const printable = (text: string): string => text.replaceAll("\r\n", "\n").replace(COMMANDING, escaped);

/** Makes all texts of a tree printable, except known ones: the user's own text stays as written. */
export function printableTree<T>(value: T, known: ReadonlySet<string>): T {
    const tell = (text: string): string => (known.has(text) ? text : printable(text));
    const walk = (part: unknown): unknown => {
        if (typeof part === "string") return tell(part);
        if (Array.isArray(part)) return part.map(walk);
        if (typeof part !== "object" || part === null || Object.getPrototypeOf(part) !== Object.prototype) return part;
        return Object.fromEntries(Object.entries(part).map(([name, each]) => [tell(name), walk(each)]));
    };
    return walk(value) as T;
}

/** All texts in a tree, including property names. */
export function textsIn(value: unknown): Set<string> {
    if (typeof value === "string") return new Set([value]);
    if (typeof value !== "object" || value === null) return new Set();
    return new Set(Object.entries(value).flatMap(([name, each]) => [name, ...textsIn(each)]));
}
