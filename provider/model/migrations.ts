import type { Tree } from "./tree";

/** Makes state of format n + 1 from state of format n; pure. */
export type Migration = (state: Tree) => Tree;

/**
 * Format 1 named what was `chosen` of the inputs that can be, not what was given; it had the URN as the inputs have it, and an own mark (`twice`)
 * that is the id.
 */
export function leaner(choosable: string[], twice: string[] = []): Migration {
    return ({ chosen, key: _key, ...state }) => {
        const given = choosable.filter((name) => state[name] !== undefined && !(Array.isArray(chosen) && chosen.includes(name)));
        const rest = Object.fromEntries(Object.entries(state).filter(([name]) => !twice.includes(name)));
        return given.length > 0 ? { ...rest, given: given.join(" ") } : rest;
    };
}
