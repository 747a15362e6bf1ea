import type { RunStep, Step } from "../hosts/batch";
import { onceSeen } from "../hosts/looks";
import type { UsageSource } from "./collector";
import { about, freeIn, pathInside, space } from "./tree";
import type { Look, Spot, Tree, TreeKind, TreeState } from "./tree";

/**
 * btrfs: a subvolume per tree and the limit on what it refers to, on its qgroup 0/<id> (btrfs-quota(8)). Accounting is on for a whole file
 * system or off. Simple quotas are used where they are on already, but not switched on: they don't count what was written before.
 */
export const btrfs: TreeKind = {
    look: (spot, { exact }) => ({ commands: [...Object.values(looks(spot, exact)), space(spot)] }),

    parse(tree, look, { exact }): TreeState {
        const { list, groups, show } = looks(tree, exact);
        const out = (name: string): string => look.commands[name]?.stdout ?? "";
        const id = subvolumeAt(tree, subvolumes(look, list.name));
        const off = look.commands[groups.name]?.code === 0 ? undefined : "quotas are off on this btrfs";
        const group = id === undefined ? undefined : qgroups(look, groups.name).get(id);
        const uuid = /uuid: ([0-9a-f-]+)/.exec(out(show.name))?.[1];
        return {
            object: id === undefined ? undefined : `subvolume ${id}`,
            limit: group?.limit,
            used: group?.used ?? 0,
            available: freeIn(tree, look),
            ids: [],
            off,
            drift: [],
            counter: id === undefined || uuid === undefined ? undefined : `/sys/fs/btrfs/${uuid}/qgroups/0_${id}`,
        };
    },

    make: ({ path }, owner) => [{ do: "subvolume", path, owner: String(owner), id: SUBVOLUME }],

    set({ path, mount }, state, wish) {
        const steps: Step[] = [];
        if (state.off !== undefined && wish.enable) steps.push({ do: "run", argv: ["btrfs", "quota", "enable", mount.target] });
        if (state.limit === wish.limit) return steps;
        // By its id, and after a look whether that is still what stands there: a plain directory's would be the limit of all around it.
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

/** The step that makes or finds it. */
const SUBVOLUME = "subvolume";

const said = (limit: number | undefined): string => (limit === undefined ? "none" : String(limit));

/** Path -> id and the subvolume that it is in. */
const subvolumes = onceSeen(
    ({ commands }, name) =>
        new Map(
            (commands[name]?.stdout ?? "").split("\n").flatMap((line): [string, { id: string; top: string }][] => {
                const [, id = "", top = "", path] = /^ID (\d+) gen \d+ top level (\d+) path (.*)$/.exec(line) ?? [];
                return path === undefined ? [] : [[path, { id, top }]];
            }),
        ),
);

/** What lies in the mounted subvolume is listed by its path in there, all else by that in the file system, whose top is 5 (btrfs-progs 6.2). */
function subvolumeAt(tree: Tree, all: Map<string, { id: string; top: string }>): string | undefined {
    const within = all.get(tree.path.slice(tree.mount.target === "/" ? 1 : tree.mount.target.length + 1));
    return within !== undefined && within.top !== "5" ? within.id : all.get(pathInside(tree))?.id;
}

/** Id of the subvolume -> what it refers to, and the limit on that. */
const qgroups = onceSeen(
    ({ commands }, name) =>
        new Map(
            [...(commands[name]?.stdout ?? "").matchAll(/^0\/(\d+)\s+(\d+)\s+\d+\s+(\d+|none)\s/gm)].map(([, id = "", used, limit]) => [
                id,
                { used: Number(used), limit: limit === "none" ? undefined : Number(limit) },
            ]),
        ),
);

/** The same for all subvolumes below a directory. */
function looks({ from }: Spot, exact: boolean): Record<"list" | "groups" | "show", Look> {
    // Accounting lags behind by a transaction, up to 30 s (btrfs(5), "commit"), unless the file system is synced.
    const sync = exact ? ["--sync"] : [];
    return {
        list: { name: `btrfs list ${from}`, ...about("TARGET", from, "btrfs", "subvolume", "list") },
        groups: {
            name: `btrfs groups ${from} ${sync.join("")}`,
            ...about("TARGET", from, "btrfs", "qgroup", "show", "-re", "--raw", ...sync),
        },
        show: { name: `btrfs show ${from}`, ...about("TARGET", from, "btrfs", "filesystem", "show") },
    };
}

/** The kernel's own counters of a qgroup. */
export const counted = (counter: string): UsageSource => ({
    kind: "counters",
    used: `${counter}/referenced`,
    limit: `${counter}/max_referenced`,
});
