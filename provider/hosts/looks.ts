import type { Gather, GatherResult } from "./batch";

const KINDS = ["files", "stat", "statvfs", "projects", "subvolumes", "btrfs"] as const;

/** The single items of a gather. */
export function items(gather: Gather): string[] {
    const paths = KINDS.flatMap((kind) => (gather[kind] ?? []).map((pattern) => `${kind} ${pattern}`));
    return [...paths, ...(gather.commands ?? []).map(({ name }) => `command ${name}`)];
}

/** The union of gathers. */
export function joined(gathers: readonly Gather[]): Gather {
    const union = (kind: (typeof KINDS)[number]): string[] => [...new Set(gathers.flatMap((gather) => gather[kind] ?? []))];
    const commands = new Map(gathers.flatMap((gather) => gather.commands ?? []).map((command) => [command.name, command]));
    return { ...Object.fromEntries(KINDS.map((kind) => [kind, union(kind)])), commands: [...commands.values()] };
}

/**
 * The union of results. A single one, the usual case, is returned as it is: 1,000 readers of 1,000 files each would copy a million entries.
 */
export function merged(results: readonly GatherResult[]): GatherResult {
    const [only, ...more] = results;
    if (only !== undefined && more.length === 0) return only;
    const union = (kind: (typeof KINDS)[number] | "commands"): object =>
        Object.assign({}, ...results.map((result) => result[kind])) as object;
    const all = Object.fromEntries([...KINDS, "commands" as const].map((kind) => [kind, union(kind)]));
    return { ...(all as unknown as GatherResult), ms: results.reduce((sum, { ms }) => sum + ms, 0) };
}

/** The items that are not covered yet. */
export function without(gather: Gather, covered: ReadonlySet<string>): Gather {
    const paths = KINDS.map((kind) => [kind, (gather[kind] ?? []).filter((pattern) => !covered.has(`${kind} ${pattern}`))] as const);
    const commands = (gather.commands ?? []).filter(({ name }) => !covered.has(`command ${name}`));
    return { ...Object.fromEntries(paths), commands };
}

/** Computes something from a look once for all readers that share it; `name` tells several results apart. */
export function onceSeen<T>(work: (look: GatherResult, name: string) => T): (look: GatherResult, name?: string) => T {
    const known = new WeakMap<GatherResult, Map<string, T>>();
    return (look, name = "") => {
        let own = known.get(look);
        if (own === undefined) known.set(look, (own = new Map<string, T>()));
        const before = own.get(name);
        if (before !== undefined) return before;
        const made = work(look, name);
        own.set(name, made);
        return made;
    };
}
