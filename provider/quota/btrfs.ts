import type { RunStep, Step } from "../hosts/batch";
import type { UsageSource } from "./collector";
import { about, freeIn, space } from "./tree";
import type { TreeKind, TreeState } from "./tree";

/**
 * btrfs: one subvolume per tree, with a limit on referenced bytes in its qgroup 0/<id> (btrfs-quota(8)). Accounting is switched on for the
 * whole file system. Simple quotas are used where they are on, but never switched on: they don't count data written before.
 */
export const btrfs: TreeKind = {
    look: (spot, { exact }) => ({
        btrfs: [spot.from],
        subvolumes: [spot.path],
        // Accounting lags by one transaction, up to 30 s (btrfs(5), "commit"), unless the file system is synced.
        commands: [...(exact ? [{ name: `sync ${spot.from}`, ...about("TARGET", spot.from, "sync", "-f") }] : []), space(spot)],
    }),

    parse(tree, look): TreeState {
        const { uuid, groups } = look.btrfs?.[tree.from] ?? {};
        const id = look.subvolumes?.[tree.path];
        const group = id === undefined ? undefined : groups?.[id];
        return {
            object: id === undefined ? undefined : `subvolume ${id}`,
            limit: group?.limit,
            used: group?.used ?? 0,
            available: freeIn(tree, look),
            ids: [],
            off: groups === undefined ? "quotas are off on this btrfs" : undefined,
            drift: [],
            counter: id === undefined || uuid === undefined ? undefined : `/sys/fs/btrfs/${uuid}/qgroups/0_${id}`,
        };
    },

    make: ({ path }, owner) => [{ do: "subvolume", path, owner: String(owner), id: SUBVOLUME }],

    set({ path, mount }, state, wish) {
        const steps: Step[] = [];
        if (state.off !== undefined && wish.enable) steps.push({ do: "run", argv: ["btrfs", "quota", "enable", mount.target] });
        if (state.limit === wish.limit) return steps;
        // By id, and only while the path is still a subvolume: in a plain directory the limit would apply to the enclosing subvolume.
        if (state.object !== undefined) steps.push({ do: "subvolume", path, id: SUBVOLUME });
        const group = ["0/", { value: SUBVOLUME }];
        const limit = (value: number | undefined): RunStep["undo"] & object => ["btrfs", "qgroup", "limit", said(value), group, "."];
        return [...steps, { do: "run", in: path, argv: limit(wish.limit), undo: limit(state.limit) }];
    },

    release: ({ path }, { object, limit }) =>
        object === undefined || limit === undefined
            ? []
            : [
                  {
                      do: "run",
                      in: path,
                      absent: "skip",
                      argv: ["btrfs", "qgroup", "limit", "none", `0/${object.replace("subvolume ", "")}`, "."],
                  },
              ],
};

/** Id of the step that creates or finds the subvolume. */
const SUBVOLUME = "subvolume";

const said = (limit: number | undefined): string => (limit === undefined ? "none" : String(limit));

/** The kernel's counters of a qgroup. */
export const counted = (counter: string): UsageSource => ({
    kind: "counters",
    used: `${counter}/referenced`,
    limit: `${counter}/max_referenced`,
});
