import type { Log } from "../base/log";
import { same } from "../model/compare";
import type { Model } from "../model/meta";
import { below, holdsSecret } from "../model/schema";
import { isTree, type Tree } from "../model/tree";

/** Tells what taking something over changes about it: from what was found to what is declared. Of secrets no more than that. */
export function tellAdopted(
    log: Log,
    { kind, inputs }: Pick<Model, "kind" | "inputs">,
    name: string,
    { found, declared, more = [] }: { found: Tree; declared: Tree; more?: readonly string[] },
): void {
    const changed = Object.entries(found).flatMap(([property, before]) => {
        const schema = below(inputs, property);
        const after = declared[property];
        if (schema === undefined || same(schema, before, after)) return [];
        return [holdsSecret(schema) ? `${property}: another one` : `${property}: ${shown(before)} -> ${shown(after)}`];
    });
    const all = [...changed, ...more];
    log.info(`${kind} ${name}: taken over (adopt); ${all.length === 0 ? "it was as declared" : `changed: ${all.join("; ")}`}`);
}

/** The engine gives objects back with their keys sorted: so both sides are told. */
const sorted = (_key: string, value: unknown): unknown =>
    isTree(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;

const shown = (value: unknown): string => (value === undefined ? "(none)" : JSON.stringify(value, sorted));
