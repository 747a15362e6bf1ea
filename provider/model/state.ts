import type { z } from "zod";
import { PvesmbError } from "../base/errors";
import { metaOf, type Model } from "./meta";
import { filled, propertiesOf } from "./schema";
import { defined, type Tree } from "./tree";

/** The format of a state without a number (`v`): format 1 had its own number, as do all after this one. */
const UNNUMBERED = 2;

/**
 * What Pulumi stores as outputs: the computed outputs, and every input as the user wrote it. `given` lists, separated by spaces, the inputs
 * that the user set but the provider could have chosen; `unfinished` marks a failed create or update. Each property costs the engine time,
 * so there is nothing else (docs/decisions/0016).
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

/** The stored inputs, to the letter. */
export function inputsOf(model: Pick<Model, "inputs">, state: Tree): Tree {
    const given = typeof state["given"] === "string" ? state["given"].split(" ") : [];
    const { shape } = model.inputs;
    const isInput = (name: string): boolean =>
        Object.hasOwn(shape, name) && (given.includes(name) || !metaOf(shape[name] as z.ZodType)?.chosen);
    return Object.fromEntries(Object.entries(state).filter(([name]) => isInput(name)));
}

/** State for handlers: with the defaults of all inputs, without the runtime's own fields. */
export function handlerState(model: Pick<Model, "inputs">, state: Tree): Tree {
    const { unfinished: _unfinished, ...rest } = state;
    return filled(model.inputs, rest) as Tree;
}

/** The values that the provider chose, now or earlier, for inputs that a user may omit. */
export function chosenOf(model: Pick<Model, "inputs">, state: Tree): Tree {
    return Object.fromEntries(chosenNames(model).flatMap((name) => (state[name] === undefined ? [] : [[name, state[name]]])));
}

function chosenNames(model: Pick<Model, "inputs">): string[] {
    return propertiesOf(model.inputs).flatMap(([name, schema]) => (metaOf(schema)?.chosen ? [name] : []));
}

/** Migrates state of an older format; refuses a newer one. */
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
