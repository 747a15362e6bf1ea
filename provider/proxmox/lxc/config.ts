import { flag, list, number, row, text } from "../values/scalars";

/** A container's configuration as PVE returns it. */
export interface ContainerConfig {
    /** Changes with every write; send it with a write so that no concurrent change is overwritten. */
    digest: string;
    hostname?: string;
    /** MiB. */
    memory?: number;
    /** MiB. */
    swap?: number;
    /** Absent: all cores of the node. */
    cores?: number;
    /** Without the line end that PVE adds. */
    description?: string;
    tags: string[];
    unprivileged: boolean;
    onboot: boolean;
    protection: boolean;
    template: boolean;
    /** The lock, if any: `backup`, `create`, ... */
    lock?: string;
    /** Property strings by index: `net[0]` is net0. */
    net: Record<number, string>;
    mp: Record<number, string>;
    /** Volume ids of detached volumes that still belong to the container. */
    unused: Record<number, string>;
    /** The uid of the container's root on the node: PVE's default mapping or `lxc.idmap` (pve-api.md 3.3). */
    rootUid: number;
    /** Values of `lxc.idmap`, which only the configuration's file can set. Empty: PVE's default mapping. */
    idMap: string[];
    /** Every key as text, including those above. */
    all: Record<string, string>;
}

/** First uid of an unprivileged container on the node, unless its configuration overrides it (pve-container LXC.pm, parse_id_maps). */
export const FIRST_ID = 100_000;

export function configOf(data: unknown): ContainerConfig {
    const all: Record<string, string> = {};
    for (const [key, value] of Object.entries(row(data))) {
        const given = text(value);
        if (given !== undefined) all[key] = given;
    }
    const idMap = idMapValues(row(data)["lxc"]);
    return {
        digest: all["digest"] ?? "",
        hostname: all["hostname"],
        memory: number(all["memory"]),
        swap: number(all["swap"]),
        cores: number(all["cores"]),
        description: all["description"]?.replace(/\n$/, ""),
        tags: list(all["tags"]),
        unprivileged: flag(all["unprivileged"]),
        onboot: flag(all["onboot"]),
        protection: flag(all["protection"]),
        template: flag(all["template"]),
        lock: all["lock"],
        net: numbered(all, "net"),
        mp: numbered(all, "mp"),
        unused: numbered(all, "unused"),
        rootUid: rootUid(flag(all["unprivileged"]), idMap),
        idMap,
        all,
    };
}

/** `lxc` lists raw keys and values: `["lxc.idmap", "u 0 100000 65536"]`. */
function idMapValues(raw: unknown): string[] {
    const lines = Array.isArray(raw) ? raw.filter((each): each is string[] => Array.isArray(each)) : [];
    return lines.flatMap(([key, value]) => (key === "lxc.idmap" && typeof value === "string" ? [value] : []));
}

/** A custom mapping applies without `unprivileged` too. */
function rootUid(unprivileged: boolean, values: readonly string[]): number {
    const maps = values.flatMap((value) => {
        const [, first, node] = /^\s*u\s+(\d+)\s+(\d+)\s+\d+/.exec(value) ?? [];
        return first === undefined ? [] : [{ first: Number(first), node: Number(node) }];
    });
    if (maps.length === 0) return unprivileged ? FIRST_ID : 0;
    return maps.find(({ first }) => first === 0)?.node ?? FIRST_ID;
}

function numbered(all: Record<string, string>, prefix: string): Record<number, string> {
    const found: Record<number, string> = {};
    for (const [key, value] of Object.entries(all)) {
        const index = key.startsWith(prefix) ? key.slice(prefix.length) : "";
        if (/^\d+$/.test(index)) found[Number(index)] = value;
    }
    return found;
}
