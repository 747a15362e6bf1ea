import type { Tree } from "./tree";

/** Converts state of format n to format n + 1; pure. */
export type Migration = (state: Tree) => Tree;

/** By kind, then by source format. */
export const migrations: Record<string, Record<number, Migration>> = {
    SmbGateway: { 1: leaner(["vmid"]) },
    SmbShare: { 1: leaner(["path"], ["nonce"]) },
    SmbUser: { 1: leaner(["uid", "gid"], ["nonce"]) },
    SmbGroup: { 1: leaner(["gid"], ["nonce"]) },
    Quota: { 1: leaner(["path"], ["nonce"]) },
};

/**
 * Format 1 listed the `chosen` inputs and stored the URN also as an input and the id a second time (`twice`). Format 2 lists the `given`
 * inputs and stores neither.
 */
function leaner(choosable: string[], twice: string[] = []): Migration {
    return ({ chosen, key: _key, ...state }) => {
        const given = choosable.filter((name) => state[name] !== undefined && !(Array.isArray(chosen) && chosen.includes(name)));
        const rest = Object.fromEntries(Object.entries(state).filter(([name]) => !twice.includes(name)));
        return given.length > 0 ? { ...rest, given: given.join(" ") } : rest;
    };
}
