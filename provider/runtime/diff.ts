import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { PvesmbError } from "../base/errors";
import type { Failure } from "../base/handler";
import type { Log } from "../base/log";
import { metaOf, type Model } from "../model/meta";
import { same } from "../model/compare";
import { consequencesOf, consequenceText } from "../model/consequences";
import { filled, objectOf, propertiesOf } from "../model/schema";
import { inputsOf, migrated, withoutKey } from "../model/state";
import { defined, isTree, pathText, type Tree } from "../model/tree";
import { hasUnknown, isUnknown } from "./unknown";

export interface Difference {
    /** Undefined leaves it to the engine to compare inputs, which gives the best display (pulumi.md 1.9). */
    changes: boolean | undefined;
    replaces?: string[];
    deleteBeforeReplace?: boolean;
}

/**
 * What an `up` would do to a resource in this state (outputs, that is). Without any difference, even of spelling: nothing, as far as a state
 * shows it. Else it is an update, if only of the outputs, or a replacement when a property with `replace` means something else than before.
 */
export function diff(model: Model, olds: Tree, news: Tree, log: Log): Difference {
    const state = migrated(model, olds);
    const inputs = inputsOf(model, state);
    const unfinished = state["unfinished"] === true;
    if (!unfinished && isDeepStrictEqual(defined(inputs), defined(withoutKey(news)))) return { changes: false };
    const replaces = propertiesOf(model.inputs).flatMap(([name, schema]) =>
        replaced(schema, [name], state[name], news[name]) ? [name] : [],
    );
    refuse(model, state, news, replaces);
    sayConsequences(model, state, news, replaces, log);
    // Only outputs tell that something was left half-made, so the engine's own comparison would not see it.
    return { changes: unfinished ? true : undefined, replaces, deleteBeforeReplace: true };
}

/** What an update cannot do, and a replacement that would delete and then fail: said in the preview, all at once, while nothing is touched. */
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

/** Properties below a place that have another value than the one they have for ever. */
function fixed(schema: z.ZodType, path: string[], old: unknown, news: unknown): Failure[] {
    const meta = metaOf(schema);
    if (isUnknown(news) || (meta?.chosen && (news === undefined || old === undefined))) return [];
    const object = objectOf(schema);
    if (object && isTree(old) && isTree(news))
        return propertiesOf(object).flatMap(([name, child]) => fixed(child, [...path, name], old[name], news[name]));
    if (meta?.fixed === undefined) return [];
    const changed = object ? (old === undefined) !== (news === undefined) : !hasUnknown(news) && !same(schema, old, news);
    if (!changed) return [];
    const what = object
        ? news === undefined
            ? "cannot be removed"
            : "cannot be added"
        : `is ${String(old)} and cannot be changed to ${String(news)}`;
    return [{ property: pathText(path), reason: `${what}: ${meta.fixed}` }];
}

/**
 * Whether a property has to be replaced. Inside an object each property speaks for itself; `replace` on the object is about its
 * appearing or disappearing.
 */
function replaced(schema: z.ZodType, path: string[], old: unknown, news: unknown): boolean {
    const meta = metaOf(schema);
    if (meta?.compare === "ignore" || (meta?.chosen && (news === undefined || old === undefined))) return false;
    if (isUnknown(news)) return isMadeAnew(path);
    const [before, after] = [filled(schema, old), filled(schema, news)];
    const object = objectOf(schema);
    if (object && isTree(before) && isTree(after))
        return propertiesOf(object).some(([name, child]) => replaced(child, [...path, name], before[name], after[name]));
    if (meta?.replace === undefined) return false;
    return object ? (before === undefined) !== (after === undefined) : !hasUnknown(after) && !same(schema, before, after);
}

/**
 * An unknown value may turn out to be the old one, and a replacement can lose data: so it never counts as one. The exception is the id
 * of a gateway or share, unknown only while that one is being made anew. The engine also asks with the *whole* `gateway` unknown, to learn
 * what has to go before a gateway that will be replaced; to this the answer stays no: a gateway whose deletion is refused must not have
 * lost its shares before.
 */
const isMadeAnew = (path: string[]): boolean => ["gateway.id", "share.id", "share.gateway.id"].includes(path.join("."));

/** Consequences that properties don't show, once per resource and process. Parts that hold something unknown are left out. */
function sayConsequences(model: Model, old: Tree, news: Tree, replaces: string[], log: Log): void {
    const known = Object.fromEntries(Object.entries(news).map(([part, value]) => [part, hasUnknown(value) ? old[part] : value]));
    const urn = typeof news["key"] === "string" ? news["key"] : "";
    const name = urn.slice(urn.lastIndexOf("::") + 2);
    // Where it goes with what it is on, that one says what becomes of it all.
    const own = replaces.filter((property) => !hasUnknown(news[property]));
    const replaced = own.length === 0 ? [] : [`replaced because of ${own.join(", ")}: ${model.deletion}`];
    for (const note of [...consequencesOf(model, old, known).map(consequenceText), ...replaced])
        log.warnOnce(`${urn} ${note}`, `${model.kind} ${name}: ${note}`);
}
