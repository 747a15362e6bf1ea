import { PvesmbError } from "../base/errors";
import { metaOf, type Model } from "./meta";
import { filled, propertiesOf } from "./schema";
import { migrations as own, type Migration } from "./migrations";
import { defined, type Tree } from "./tree";

/**
 * What Pulumi stores as outputs: every input as the user wrote it, the computed outputs, and beside them
 * `v` (format of the state), `chosen` (inputs that the user left out and the provider chose: they are there as outputs only) and
 * `unfinished` (the last create or update failed half-way).
 */
export function toState(model: Pick<Model, "inputs" | "version">, inputs: Tree, outputs: Tree, unfinished = false): Tree {
    const chosen = chosenNames(model).filter((name) => inputs[name] === undefined && outputs[name] !== undefined);
    const computed = Object.entries(outputs).filter(([name]) => !Object.hasOwn(model.inputs.shape, name) || chosen.includes(name));
    return defined({
        ...Object.fromEntries(computed),
        ...inputs,
        v: model.version,
        chosen: chosen.length > 0 ? chosen : undefined,
        unfinished: unfinished || undefined,
    });
}

/** The inputs as they were when the state was written, to the letter. */
export function inputsOf(model: Pick<Model, "inputs">, state: Tree): Tree {
    const chosen = Array.isArray(state["chosen"]) ? state["chosen"] : [];
    return Object.fromEntries(Object.entries(state).filter(([name]) => Object.hasOwn(model.inputs.shape, name) && !chosen.includes(name)));
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
export function migrated(
    model: Pick<Model, "kind" | "version">,
    state: Tree,
    migrations: Record<string, Record<number, Migration>> = own,
): Tree {
    // States from before there was a `v` don't exist; `.get()` passes inputs in place of a state, which are of this version.
    const from = typeof state["v"] === "number" ? state["v"] : model.version;
    if (from > model.version)
        throw new PvesmbError(
            "InvalidInput",
            `this ${model.kind} was last changed by a newer pvesmb (state format ${from}; this one knows ${model.version}): update the package, as in npm install pvesmb@latest`,
        );
    let current = state;
    for (let v = from; v < model.version; v++) {
        const step = migrations[model.kind]?.[v];
        if (!step) throw new PvesmbError("InvalidInput", `this ${model.kind} has state format ${v}, which this pvesmb cannot read`);
        current = { ...step(current), v: v + 1 };
    }
    return current;
}
