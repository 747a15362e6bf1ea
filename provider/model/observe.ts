import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { bare, metaOf, type Model } from "./meta";
import { entryName, same } from "./compare";
import { below, filled, objectOf } from "./schema";
import { defined, isTree, type Tree } from "./tree";

/**
 * Rewrites the inputs so that they describe the actual state. `observed` is a partial tree: a missing property was not looked at and stays;
 * `undefined` means not set. A value that means the same as the stored spelling, or as the default of a missing property, stays to the
 * letter: any difference makes the engine rewrite its whole state. Lists and records are always observed as a whole.
 */
export function merge(model: Pick<Model, "inputs">, inputs: Tree, observed: Tree): Tree {
    const merged = defined(mergeObject(model.inputs, inputs, observed));
    return isDeepStrictEqual(merged, defined(inputs)) ? inputs : merged;
}

function mergeObject(schema: z.ZodObject, stored: Tree, observed: Tree): Tree {
    const names = Object.keys(observed).filter((name) => Object.hasOwn(schema.shape, name));
    return {
        ...stored,
        ...Object.fromEntries(names.map((name) => [name, mergeValue(schema.shape[name] as z.ZodType, stored[name], observed[name])])),
    };
}

function mergeValue(schema: z.ZodType, stored: unknown, observed: unknown): unknown {
    const meta = metaOf(schema);
    if (meta?.compare === "ignore" || (meta?.chosen && stored === undefined)) return stored;
    if (observed === undefined) return mayBeAbsent(schema) && !same(schema, stored, undefined) ? undefined : stored;
    const object = objectOf(schema);
    if (object && isTree(observed)) return mergeNested(schema, object, stored, observed);
    if (same(schema, stored, observed)) return stored;
    if (Array.isArray(observed)) return mergeList(schema, Array.isArray(stored) ? stored : [], observed);
    return observed;
}

/** An object that the user omitted gets only the properties that differ from its defaults. */
function mergeNested(schema: z.ZodType, object: z.ZodObject, stored: unknown, observed: Tree): unknown {
    if (isTree(stored)) return mergeObject(object, stored, observed);
    const preset = filled(schema, undefined);
    const found = mergeObject(object, isTree(preset) ? preset : {}, observed);
    if (same(schema, undefined, found)) return undefined;
    const own = pruned(object, defined(found));
    return Object.keys(own).length === 0 ? undefined : own;
}

function pruned(object: z.ZodObject, value: Tree): Tree {
    const differs = ([name, item]: [string, unknown]): boolean => {
        const child = below(object, name);
        return !child || !(child instanceof z.ZodDefault) || !same(child, undefined, item);
    };
    return Object.fromEntries(Object.entries(value).filter(differs));
}

/** Existing entries keep their position and spelling; new ones are appended. */
function mergeList(schema: z.ZodType, stored: unknown[], observed: unknown[]): unknown[] {
    const compare = metaOf(schema)?.compare;
    const element = (bare(schema) as z.ZodArray).element as z.ZodType;
    if (compare === "set" || typeof compare === "object") {
        const alike = (a: unknown, b: unknown): boolean =>
            typeof compare === "object" ? entryName(compare.byKey, a) === entryName(compare.byKey, b) : same(element, a, b);
        const kept = stored.flatMap((old) =>
            observed
                .filter((item) => alike(old, item))
                .slice(0, 1)
                .map((item) => mergeValue(element, old, item)),
        );
        const added = observed.filter((item) => !stored.some((old) => alike(old, item)));
        return [...kept, ...added.map((item) => mergeValue(element, undefined, item))];
    }
    return observed.map((item, i) => mergeValue(element, stored[i], item));
}

/** Whether the property can be unset; if it is required, `undefined` only means that it could not be read. */
function mayBeAbsent(schema: z.ZodType): boolean {
    return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault;
}
