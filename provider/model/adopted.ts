import type { z } from "zod";
import type { Log } from "../base/log";
import { same } from "./compare";
import type { Model } from "./meta";
import { below, holdsSecret, objectOf } from "./schema";
import { isTree, pathText, type Tree } from "./tree";

/**
 * Logs what an adoption changes: found value to declared value. Values of secrets are not logged. Unobserved properties are not in `found`.
 */
export function reportAdopted(
    log: Log,
    { kind, inputs }: Pick<Model, "kind" | "inputs">,
    name: string,
    { found, declared, more = [] }: { found: Tree; declared: Tree; more?: readonly string[] },
): void {
    const all = [...changes(inputs, [], found, declared), ...more];
    log.info(`${kind} ${name}: taken over (adopt); ${all.length === 0 ? "it was as declared" : `changed: ${all.join("; ")}`}`);
}

function changes(schema: z.ZodType, path: string[], found: Tree, declared: Tree): string[] {
    return Object.entries(found).flatMap(([name, before]) => {
        const [child, after, own] = [below(schema, name), declared[name], [...path, name]];
        if (child === undefined) return [];
        if (isTree(before) && isTree(after) && objectOf(child)) return changes(child, own, before, after);
        if (same(child, before, after)) return [];
        return [`${pathText(own)}: ${holdsSecret(child) ? "another one" : `${shown(before)} -> ${shown(after)}`}`];
    });
}

/** The engine returns objects with sorted keys: sort both sides. */
const sorted = (_key: string, value: unknown): unknown =>
    isTree(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;

const shown = (value: unknown): string => (value === undefined ? "(none)" : JSON.stringify(value, sorted));
