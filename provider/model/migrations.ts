import type { Tree } from "./tree";

/** Converts state of format n to format n + 1; pure. */
export type Migration = (state: Tree) => Tree;

/**
 * Format 1 listed the `chosen` inputs and stored the URN also as an input and the id a second time (`twice`). Format 2 lists the `given`
 * inputs and stores neither.
 */
export function leaner(choosable: string[], twice: string[] = []): Migration {
    return ({ chosen, key: _key, ...state }) => {
        const given = choosable.filter((name) => state[name] !== undefined && !(Array.isArray(chosen) && chosen.includes(name)));
        const rest = Object.fromEntries(Object.entries(state).filter(([name]) => !twice.includes(name)));
        return given.length > 0 ? { ...rest, given: given.join(" ") } : rest;
    };
}
