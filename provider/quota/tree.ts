import type { Gather, GatherResult, Step } from "../hosts/batch";
import { onceSeen } from "../hosts/looks";

/** A file system in a host's mount table. */
export interface MountEntry {
    target: string;
    /** Device, or dataset. */
    source: string;
    type: string;
    /** The part of the file system that is mounted there. */
    root: string;
    options: string[];
}

/** A directory on the host that can limit it. */
export interface Spot {
    path: string;
    /** The directory at or above it, on the same file system, that looks go by: all below it share them. */
    from: string;
}

/** The same, and the mount that it is on. */
export interface Tree extends Spot {
    mount: MountEntry;
}

/** A limit of one user or group, by the number that the host has for it. */
export interface IdLimit {
    kind: "user" | "group";
    id: number;
    /** Bytes; 0: none. */
    limit: number;
    soft?: number;
    files?: number;
}

/** What a tree is to be limited to. */
export interface TreeWish {
    limit: number;
    soft?: number;
    files?: number;
    graceSeconds?: number;
    /** Whether snapshots count. */
    snapshots: boolean;
    ids: IdLimit[];
    /** Switch quotas on where they are off. */
    enable: boolean;
}

export interface TreeState {
    /** What has the limit: dataset, subvolume, project; undefined while the directory is none. */
    object?: string;
    /** Where the host has that, when the gateway has not yet got it at the directory's path. */
    apart?: string;
    limit?: number;
    soft?: number;
    files?: number;
    used: number;
    available: number;
    filesUsed?: number;
    ids: (IdLimit & { used: number })[];
    /** Why no limit can be set as things are; a wish with `enable` changes it. */
    off?: string;
    /** What it would be marked with is somebody else's. */
    clash?: string;
    drift: string[];
    /** For clients that would not see the limit otherwise: which counters of the kernel tell it (dfree.ts). */
    counter?: string;
}

export interface LookOptions {
    snapshots: boolean;
    /** Users and groups to look at. */
    ids: readonly Pick<IdLimit, "kind" | "id">[];
    /** Figures as of now, whatever it costs; else as the file system happens to know them. */
    exact: boolean;
}

/**
 * A file system that can limit a tree: pure, what to look at, what that says, and what to do. Looks are named so that many quotas of one
 * file system share them, and need no mount table, so that they go with the look at that.
 */
export interface TreeKind {
    look(spot: Spot, options: LookOptions): Gather;
    parse(tree: Tree, look: GatherResult, options: LookOptions): TreeState;
    /** Makes an empty or absent directory into what can be limited, the gateway's root's; none where any directory can. */
    make?(tree: Tree, owner: number): Step[];
    set(tree: Tree, state: TreeState, wish: TreeWish): Step[];
    /** Takes the limits away. */
    release(tree: Tree, state: TreeState): Step[];
}

/** Mounts, for parseMounts. */
export const MOUNTS = { name: "mounts", argv: ["findmnt", "--json", "--list", "--output", "TARGET,SOURCE,FSTYPE,FSROOT,OPTIONS"] };

export const mountsIn = onceSeen((look) => parseMounts(look.commands[MOUNTS.name]?.stdout ?? ""));

/** A command about the file system that a directory is on: where that is mounted, or what it is of, comes last. The directory itself is only entered. */
export const about = (what: "TARGET" | "SOURCE", directory: string, ...argv: string[]): { in: string; argv: string[] } => ({
    in: directory,
    argv: ["sh", "-c", `exec "$@" "$(findmnt --noheadings --nofsroot --output ${what} --target .)"`, "sh", ...argv],
});

/** Free bytes of the whole file system. */
export const space = ({ from }: Spot): Look => ({
    name: `space ${from}`,
    ...about("TARGET", from, "df", "--block-size=1", "--output=avail"),
});

/** A command that looks, in a directory. */
export interface Look {
    name: string;
    in: string;
    argv: string[];
}

export const freeIn = (spot: Spot, { commands }: GatherResult): number =>
    Number(commands[space(spot).name]?.stdout.split("\n")[1]?.trim() ?? 0);

export function parseMounts(json: string): MountEntry[] {
    const { filesystems = [] } = JSON.parse(json === "" ? "{}" : json) as { filesystems?: Record<string, string | null>[] };
    return filesystems.map((entry) => ({
        target: entry["target"] ?? "",
        // A bind mount shows as `device[/part]`.
        source: (entry["source"] ?? "").replace(/\[.*\]$/, ""),
        type: entry["fstype"] ?? "",
        root: entry["fsroot"] ?? "/",
        options: (entry["options"] ?? "").split(","),
    }));
}

/** The mount that a path is on. */
export function mountHolding(mounts: readonly MountEntry[], path: string): MountEntry | undefined {
    const above = mounts.filter(({ target }) => target === "/" || path === target || path.startsWith(`${target}/`));
    // Of several at one place the last one is on top.
    return above.reduce<MountEntry | undefined>((best, each) => (best && best.target.length > each.target.length ? best : each), undefined);
}
