import { isIP, SocketAddress } from "node:net";
import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { type Compare, metaOf } from "./meta";
import { parseSize } from "./size";
import { below, filled } from "./schema";
import { isTree } from "./tree";

/** Whether two values of a property mean the same by the model's `compare`, with defaults filled in. */
export function same(schema: z.ZodType, a: unknown, b: unknown): boolean {
    return isDeepStrictEqual(canonical(schema, filled(schema, a)), canonical(schema, filled(schema, b)));
}

/** The name that identifies an entry of a `byKey` list, such as `user=alice`. */
export function entryName(keys: readonly string[], entry: unknown): string | undefined {
    if (!isTree(entry)) return undefined;
    const key = keys.find((name) => entry[name] !== undefined);
    return key === undefined ? undefined : `${key}=${String(entry[key])}`;
}

/** One form for all spellings of a value. */
function canonical(schema: z.ZodType, value: unknown): unknown {
    const compare = metaOf(schema)?.compare;
    if (compare === "ignore" || value === undefined) return undefined;
    if (Array.isArray(value))
        return sorted(
            compare,
            value.map((item, i) => canonicalBelow(schema, i, item)),
        );
    if (isTree(value)) {
        const entries = Object.entries(value).map(([name, item]) => [name, canonicalBelow(schema, name, item)] as const);
        return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
    }
    return typeof value === "string" ? canonicalText(compare, value) : value;
}

function canonicalBelow(schema: z.ZodType, part: string | number, value: unknown): unknown {
    const child = below(schema, part);
    return child ? canonical(child, value) : value;
}

function sorted(compare: Compare | undefined, items: unknown[]): unknown {
    if (compare === "set") return [...new Set(items.map((item) => JSON.stringify(item)))].sort();
    if (typeof compare !== "object") return items;
    return items
        .map((item) => [entryName(compare.byKey, item) ?? "", JSON.stringify(item), item] as const)
        .sort(([a, x], [b, y]) => (a < b || (a === b && x < y) ? -1 : 1))
        .map(([, , item]) => item);
}

function canonicalText(compare: Compare | undefined, text: string): unknown {
    switch (compare) {
        case "bytes":
            return parseSize(text) ?? text;
        case "caseless":
            return text.toLowerCase();
        case "trimmed":
            return text.trim();
        case "address":
            return canonicalAddress(text);
        default:
            return text;
    }
}

function canonicalAddress(text: string): string {
    const [address = "", ...prefix] = text.split("/");
    const family = isIP(address);
    if (family === 0) return text;
    const spelled = new SocketAddress({ address, family: family === 4 ? "ipv4" : "ipv6" }).address;
    return [spelled, ...prefix.map((length) => String(Number(length)))].join("/");
}
