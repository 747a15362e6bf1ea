import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { type Compare, metaOf } from "../model/meta";
import { entryName } from "../model/compare";
import { below } from "../model/schema";
import { isTree } from "../model/tree";
import { hasUnknown } from "./unknown";

/**
 * Inputs whose lists without an order have the order of the old inputs. The engine shows lists by index: a member more or fewer at the
 * beginning would show as a change of all others. Without a difference the result is `news` itself.
 */
export function aligned<T>(schema: z.ZodType, olds: unknown, news: T): T {
    const found = alignedValue(schema, olds, news);
    return isDeepStrictEqual(found, news) ? news : (found as T);
}

function alignedValue(schema: z.ZodType, old: unknown, news: unknown): unknown {
    if (Array.isArray(old) && Array.isArray(news)) {
        const compare = metaOf(schema)?.compare;
        return compare === "set" || typeof compare === "object" ? alignedList(compare, old, news) : news;
    }
    if (!isTree(old) || !isTree(news)) return news;
    return Object.fromEntries(
        Object.entries(news).map(([name, value]) => {
            const child = below(schema, name);
            return [name, child ? alignedValue(child, old[name], value) : value];
        }),
    );
}

/** What was there keeps its index; the others take the indices that are free, in the program's order. */
function alignedList(compare: Compare, old: unknown[], news: unknown[]): unknown[] {
    const names = news.map((item) => nameOf(compare, item));
    const known = names.filter((name) => name !== undefined);
    if (new Set(known).size < known.length) return news;
    const free = new Set(news.keys());
    // What stands twice in the old list stays once.
    const stays = old.slice(0, news.length).map((item) => {
        const name = nameOf(compare, item);
        const at = name === undefined ? -1 : names.indexOf(name);
        return free.delete(at) ? at : undefined;
    });
    const others = free.values();
    return news.map((_, i) => news[stays[i] ?? Number(others.next().value)]);
}

/** Undefined: not known yet. */
function nameOf(compare: Compare, item: unknown): string | undefined {
    const name = typeof compare === "object" ? entryName(compare.byKey, item) : JSON.stringify(item);
    return hasUnknown(typeof compare === "object" && isTree(item) ? compare.byKey.map((key) => item[key]) : item) ? undefined : name;
}
