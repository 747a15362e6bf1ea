import type { Tree } from "./tree";

/** Converts state of format n to format n + 1; pure. */
export type Migration = (state: Tree) => Tree;

/**
 * Format 1 lists the `chosen` inputs and also stores the URN, and the id under a second name (`twice`). Format 2 lists the `given` inputs
 * and omits the other two.
 */
export function leaner(choosable: string[], twice: string[] = []): Migration {
    return ({ chosen, key: _key, ...state }) => {
        const given = choosable.filter((name) => state[name] !== undefined && !(Array.isArray(chosen) && chosen.includes(name)));
        const rest = Object.fromEntries(Object.entries(state).filter(([name]) => !twice.includes(name)));
        return given.length > 0 ? { ...rest, given: given.join(" ") } : rest;
    };
}
