/**
 * Characters that command a terminal, hide text or turn it round: control characters (C0, DEL, C1), Unicode's line separators, and its marks
 * of direction. Line feed and tab are text.
 */
const COMMANDING = /(?![\n\t])[\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/**
 * Text as a terminal can show it, whoever wrote it: what guests, nodes and users of Proxmox VE send is input, also where it becomes part of
 * an error. Escapes are JSON's, so that JSON stays what it is.
 */
export const printable = (text: string): string => text.replaceAll("\r\n", "\n").replace(COMMANDING, escaped);

/** A tree whose texts are printable, but for those that are known: what the user wrote is told as it was written. */
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

/** All texts in a tree, names of properties among them. */
export function textsIn(value: unknown): Set<string> {
    if (typeof value === "string") return new Set([value]);
    if (typeof value !== "object" || value === null) return new Set();
    return new Set(Object.entries(value).flatMap(([name, each]) => [name, ...textsIn(each)]));
}
