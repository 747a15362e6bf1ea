import type { Gather, GatherResult, Step } from "../hosts/batch";
import type { MountEntry } from "../hosts/mount-table";

/** A directory on a host that can limit it. */
export interface Spot {
    path: string;
    /** The same directory or one above it on the same file system: looks use it, so that all directories below share them. */
    from: string;
}

/** A spot with its mount. */
export interface Tree extends Spot {
    mount: MountEntry;
}

/** The limit of one user or group, by uid or gid on the host. */
export interface IdLimit {
    kind: "user" | "group";
    id: number;
    /** Bytes; 0: no limit. */
    limit: number;
    soft?: number;
    files?: number;
}

/** The wanted limits of a tree. */
export interface TreeWish {
    limit: number;
    soft?: number;
    files?: number;
    graceSeconds?: number;
    /** Whether snapshots count. */
    snapshots: boolean;
    ids: IdLimit[];
    /** Switch quotas on if they are off. */
    enable: boolean;
}

export interface TreeState {
    /** The object that carries the limit: dataset, subvolume or project; undefined for a plain directory. */
    object?: string;
    /** Where the host mounts the object while the gateway does not have it at the directory's path yet. */
    apart?: string;
    limit?: number;
    soft?: number;
    files?: number;
    used: number;
    available: number;
    filesUsed?: number;
    ids: (IdLimit & { used: number })[];
    /** Why no limit can be set now; a wish with `enable` fixes it. */
    off?: string;
    /** Who else uses the project id that this tree would get. */
    clash?: string;
    drift: string[];
    /** For clients that would not see the limit otherwise: the kernel's counters to read (dfree.ts). */
    counter?: string;
}

export interface LookOptions {
    snapshots: boolean;
    /** Users and groups to report on. */
    ids: readonly Pick<IdLimit, "kind" | "id">[];
    /** True: figures as of now, at any cost. False: figures that the file system has at hand. */
    exact: boolean;
}

/**
 * A file system that can limit a tree. Pure: what to gather, how to parse it, which steps to run. Looks have names that quotas of one file
 * system share, and do not need the mount table, so both go in one gather.
 */
export interface TreeKind {
    look(spot: Spot, options: LookOptions): Gather;
    parse(tree: Tree, look: GatherResult, options: LookOptions): TreeState;
    /**
     * Turns an empty or absent directory, owned by the gateway's root, into an object that can be limited; undefined if any directory can
     * be.
     */
    make?(tree: Tree, owner: number): Step[];
    set(tree: Tree, state: TreeState, wish: TreeWish): Step[];
    /** Removes the limits. */
    release(tree: Tree, state: TreeState): Step[];
}

/**
 * A command about a directory's file system, with its mount point (TARGET) or source (SOURCE) as last argument. It runs in the directory
 * and is never given its path.
 */
export const about = (what: "TARGET" | "SOURCE", directory: string, ...argv: string[]): { in: string; argv: string[] } => ({
    in: directory,
    argv: ["sh", "-c", `exec "$@" "$(findmnt --noheadings --nofsroot --output ${what} --target .)"`, "sh", ...argv],
});

/** Free bytes on the whole file system. */
export const space = ({ from }: Spot): Look => ({
    name: `space ${from}`,
    ...about("TARGET", from, "df", "--block-size=1", "--output=avail"),
});

/** A read-only command, run in a directory. */
export interface Look {
    name: string;
    in: string;
    argv: string[];
}

export const freeIn = (spot: Spot, { commands }: GatherResult): number =>
    Number(commands[space(spot).name]?.stdout.split("\n")[1]?.trim() ?? 0);
