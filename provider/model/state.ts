import type { z } from "zod";
import { PvesmbError } from "../base/errors";
import { metaOf, type Model } from "./meta";
import { filled, propertiesOf } from "./schema";
import { defined, type Tree } from "./tree";

/** The format that has no number (`v`) in the state: the first one had its own, and so has any after this one. */
const UNNUMBERED = 2;

/**
 * What Pulumi stores as outputs: the computed outputs and every input as the user wrote it. Beside them `given` (names, with a space between, of inputs that the user gave and the provider would have chosen) and
 * `unfinished` (the last create or update failed half-way). Each property costs the engine time, so there is nothing else (docs/decisions/0016).
 */
export function toState(model: Pick<Model, "inputs" | "outputs" | "version">, inputs: Tree, outputs: Tree, unfinished = false): Tree {
    const choosable = chosenNames(model);
    const given = choosable.filter((name) => inputs[name] !== undefined);
    const computed = Object.entries(outputs).filter(([name]) => Object.hasOwn(model.outputs.shape, name) || choosable.includes(name));
    return defined({
        ...Object.fromEntries(computed),
        ...inputs,
        v: model.version > UNNUMBERED ? model.version : undefined,
        given: given.length > 0 ? given.join(" ") : undefined,
        unfinished: unfinished || undefined,
    });
}

/** The inputs as they were when the state was written, to the letter. */
export function inputsOf(model: Pick<Model, "inputs">, state: Tree): Tree {
    const given = typeof state["given"] === "string" ? state["given"].split(" ") : [];
    const { shape } = model.inputs;
    const isInput = (name: string): boolean =>
        Object.hasOwn(shape, name) && (given.includes(name) || !metaOf(shape[name] as z.ZodType)?.chosen);
    return Object.fromEntries(Object.entries(state).filter(([name]) => isInput(name)));
}

/** State as handlers get it: with all defaults of the inputs, without the runtime's own notes. */
export function handlerState(model: Pick<Model, "inputs">, state: Tree): Tree {
    const { unfinished: _unfinished, ...rest } = state;
    return filled(model.inputs, rest) as Tree;
}

/** The values that the provider chose, now or once, for inputs that a user may leave out. */
export function chosenOf(model: Pick<Model, "inputs">, state: Tree): Tree {
    return Object.fromEntries(chosenNames(model).flatMap((name) => (state[name] === undefined ? [] : [[name, state[name]]])));
}

function chosenNames(model: Pick<Model, "inputs">): string[] {
    return propertiesOf(model.inputs).flatMap(([name, schema]) => (metaOf(schema)?.chosen ? [name] : []));
}

/** Brings the state of an older version up to date; refuses that of a newer one. */
export function migrated(model: Pick<Model, "kind" | "version" | "migrations">, state: Tree): Tree {
    const { v: number, ...rest } = state;
    const from = typeof number === "number" ? number : UNNUMBERED;
    if (from > model.version)
        throw new PvesmbError(
            "InvalidInput",
            `this ${model.kind} was last changed by a newer pvesmb (state format ${from}; this one knows ${model.version}): update the package, as in npm install pvesmb@latest`,
        );
    let current: Tree = rest;
    for (let v = from; v < model.version; v++) {
        const step = model.migrations?.[v];
        if (!step) throw new PvesmbError("InvalidInput", `this ${model.kind} has state format ${v}, which this pvesmb cannot read`);
        current = step(current);
    }
    return current;
}
