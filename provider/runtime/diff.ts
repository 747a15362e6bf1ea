import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { PvesmbError } from "../base/errors";
import type { Failure } from "../base/handler";
import { nameIn } from "../base/kind";
import type { Log } from "../base/log";
import { metaOf, type Model } from "../model/meta";
import { same } from "../model/compare";
import { consequencesOf, consequenceText } from "../model/consequences";
import { filled, objectOf, propertiesOf } from "../model/schema";
import { inputsOf, migrated } from "../model/state";
import { defined, isTree, pathText, type Tree } from "../model/tree";
import { hasUnknown, isUnknown } from "./unknown";

export interface Difference {
    /** Undefined: the engine compares the inputs, which gives the best display (pulumi.md 1.9). */
    changes: boolean | undefined;
    replaces?: string[];
    deleteBeforeReplace?: boolean;
}

/**
 * What `up` would do to a resource with these outputs: nothing if the inputs are equal as written; otherwise an update, or a replacement
 * when the meaning of a property with `replace` has changed.
 */
export function diff(model: Model, olds: Tree, news: Tree, log: Log, urn = ""): Difference {
    const state = migrated(model, olds);
    const inputs = inputsOf(model, state);
    const unfinished = state["unfinished"] === true;
    if (!unfinished && isDeepStrictEqual(defined(inputs), defined(news))) return { changes: false };
    const replaces = propertiesOf(model.inputs).flatMap(([name, schema]) => (replaced(schema, state[name], news[name]) ? [name] : []));
    refuse(model, state, news, replaces);
    sayConsequences(model, state, news, replaces, log, urn);
    // Only outputs show that a resource is half-made, so the engine's own comparison would miss it.
    return { changes: unfinished ? true : undefined, replaces, deleteBeforeReplace: true };
}

/** Refuses in the preview, all at once, what an update cannot do and replacements that would fail after the delete. */
function refuse(model: Model, state: Tree, news: Tree, replaces: string[]): void {
    const faults =
        replaces.length > 0
            ? (model.irreplaceable?.(state, news) ?? []).map(({ property, reason }) => ({
                  property,
                  reason: `${reason} (a change of ${replaces.join(", ")} replaces the resource)`,
              }))
            : propertiesOf(model.inputs).flatMap(([name, schema]) => fixed(schema, [name], state[name], news[name]));
    const [first] = faults;
    if (first === undefined) return;
    throw new PvesmbError("InvalidInput", faults.map(({ property, reason }) => `${property}: ${reason}`).join("; "), {
        property: first.property,
    });
}

/** Faults of changed properties that can never change. */
function fixed(schema: z.ZodType, path: string[], old: unknown, news: unknown): Failure[] {
    const meta = metaOf(schema);
    if (isUnknown(news) || (meta?.chosen && (news === undefined || old === undefined))) return [];
    const [before, after] = [filled(schema, old), filled(schema, news)];
    const object = objectOf(schema);
    if (object && isTree(before) && isTree(after))
        return propertiesOf(object).flatMap(([name, child]) => fixed(child, [...path, name], before[name], after[name]));
    if (meta?.fixed === undefined) return [];
    const changed = object ? (before === undefined) !== (after === undefined) : !hasUnknown(after) && !same(schema, before, after);
    if (!changed) return [];
    const what = object
        ? after === undefined
            ? "cannot be removed"
            : "cannot be added"
        : `is ${String(before)} and cannot be changed to ${String(after)}`;
    return [{ property: pathText(path), reason: `${what}: ${meta.fixed}` }];
}

/**
 * Whether a property requires replacement. In an object each property is compared by itself; `replace` on the object concerns its presence.
 *
 * An unknown value may equal the old one, so it never means replacement, which can lose data. Exception: the id in a reference is unknown
 * only while that resource is being replaced. With the *whole* reference unknown, the engine asks what to delete before that resource's
 * replacement: nothing, because its deletion may still be refused.
 */
function replaced(schema: z.ZodType, old: unknown, news: unknown): boolean {
    const meta = metaOf(schema);
    if (meta?.compare === "ignore" || (meta?.chosen && (news === undefined || old === undefined))) return false;
    if (isUnknown(news)) return meta?.identity === true;
    const [before, after] = [filled(schema, old), filled(schema, news)];
    const object = objectOf(schema);
    if (object && isTree(before) && isTree(after))
        return propertiesOf(object).some(([name, child]) => replaced(child, before[name], after[name]));
    if (meta?.replace === undefined) return false;
    return object ? (before === undefined) !== (after === undefined) : !hasUnknown(after) && !same(schema, before, after);
}

/** Warns of consequences that properties do not show, once per resource and process. Parts with unknown values are skipped. */
function sayConsequences(model: Model, old: Tree, news: Tree, replaces: string[], log: Log, urn: string): void {
    const known = Object.fromEntries(Object.entries(news).map(([part, value]) => [part, hasUnknown(value) ? old[part] : value]));
    // A resource replaced together with its gateway or share needs no note of its own.
    const own = replaces.filter((property) => !hasUnknown(news[property]));
    const replaced = own.length === 0 ? [] : [`replaced because of ${own.join(", ")}: ${model.deletion}`];
    for (const note of [...consequencesOf(model, old, known).map(consequenceText), ...replaced])
        log.warnOnce(`${urn} ${note}`, `${model.kind} ${nameIn(urn)}: ${note}`);
}
