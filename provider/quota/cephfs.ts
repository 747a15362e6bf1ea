import type { Gather, Step } from "../hosts/batch";
import { about, freeIn, space } from "./tree";
import type { Look, Spot, Tree, TreeKind, TreeState } from "./tree";

/**
 * CephFS: limits are attributes of a directory. The clients enforce them, within seconds and not to the byte (docs.ceph.com, "CephFS
 * Quotas").
 */
export const cephfs: TreeKind = {
    // Usage lacks what this node's client has written but not yet flushed: ceph.dir.rbytes of a file just closed is 5 s late.
    look: (spot, { exact }): Gather => ({
        commands: [
            ...(exact ? [{ name: `sync ${spot.from}`, ...about("TARGET", spot.from, "sync", "-f") }] : []),
            ...Object.values(looks(spot)),
            space(spot),
        ],
    }),

    parse(tree, look): TreeState {
        const number = (which: keyof ReturnType<typeof looks>): number => Number(look.commands[looks(tree)[which].name]?.stdout || 0);
        return {
            object: "CephFS directory",
            limit: number("limit") || undefined,
            files: number("files") || undefined,
            used: number("used"),
            available: freeIn(tree, look),
            filesUsed: number("filesUsed"),
            ids: [],
            drift: [],
            // The gateway reads the counters from the directory itself.
            counter: "-",
        };
    },

    set: (tree, state, wish) => [
        ...attribute(tree, "bytes", wish.limit, state.limit),
        ...attribute(tree, "files", wish.files, state.files),
    ],

    release: (tree, state) => [...attribute(tree, "bytes", undefined, state.limit), ...attribute(tree, "files", undefined, state.files)],
};

function attribute({ path }: Tree, what: "bytes" | "files", value: number | undefined, before: number | undefined): Step[] {
    const to = (number = 0): string[] => ["-n", `ceph.quota.max_${what}`, "-v", String(number), "."];
    return value === before ? [] : [{ do: "run", in: path, argv: ["setfattr", ...to(value)], undo: ["setfattr", ...to(before)] }];
}

function looks({ path }: Spot): Record<"limit" | "files" | "used" | "filesUsed", Look> {
    const value = (name: string): Look => ({
        name: `${name} ${path}`,
        in: path,
        argv: ["getfattr", "--only-values", "-n", name, "."],
    });
    return {
        limit: value("ceph.quota.max_bytes"),
        files: value("ceph.quota.max_files"),
        used: value("ceph.dir.rbytes"),
        filesUsed: value("ceph.dir.rentries"),
    };
}
