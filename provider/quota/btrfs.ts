import type { Step } from "../hosts/batch";
import type { UsageSource } from "./collector";
import { pathInside } from "./tree";
import type { Tree, TreeKind, TreeState } from "./tree";

/**
 * btrfs: a subvolume per tree and the limit on what it refers to, on its qgroup 0/<id> (btrfs-quota(8)). Accounting is on for a whole file
 * system or off. Simple quotas are used where they are on already, but not switched on: they don't count what was written before.
 */
export const btrfs: TreeKind = {
    look(tree, { exact }) {
        const { list, groups, show } = looks(tree, exact);
        return { commands: [list, groups, show], statvfs: [tree.mount.target] };
    },

    parse(tree, look, { exact }): TreeState {
        const { list, groups, show } = looks(tree, exact);
        const out = (name: string): string => look.commands[name]?.stdout ?? "";
        const inside = pathInside(tree);
        const id = out(list.name)
            .split("\n")
            .map((line) => /^ID (\d+) gen \d+ top level \d+ path (.*)$/.exec(line))
            .find((match) => match?.[2] === inside)?.[1];
        const off = look.commands[groups.name]?.code === 0 ? undefined : "quotas are off on this btrfs";
        const group = new RegExp(`^0/${id}\\s+(\\d+)\\s+\\d+\\s+(\\d+|none)\\s`, "m").exec(out(groups.name));
        const limit = group === null || group[2] === "none" ? undefined : Number(group[2]);
        const uuid = /uuid: ([0-9a-f-]+)/.exec(out(show.name))?.[1];
        return {
            object: id === undefined ? undefined : `subvolume ${id}`,
            limit,
            used: Number(group?.[1] ?? 0),
            available: look.statvfs[tree.mount.target]?.available ?? 0,
            ids: [],
            off,
            drift: [],
            counter: id === undefined || uuid === undefined ? undefined : `/sys/fs/btrfs/${uuid}/qgroups/0_${id}`,
        };
    },

    make({ path }) {
        return {
            object: path,
            create: { do: "run", argv: ["btrfs", "-q", "subvolume", "create", path], undo: ["btrfs", "-q", "subvolume", "delete", path] },
        };
    },

    set({ path, mount }, state, wish) {
        const limit = (value: number | undefined): string[] => [
            "btrfs",
            "qgroup",
            "limit",
            value === undefined ? "none" : String(value),
            path,
        ];
        const steps: Step[] = [];
        if (state.off !== undefined && wish.enable) steps.push({ do: "run", argv: ["btrfs", "quota", "enable", mount.target] });
        if (state.limit !== wish.limit) steps.push({ do: "run", argv: limit(wish.limit), undo: limit(state.limit) });
        return steps;
    },

    release: ({ path }, { object, limit }) =>
        object === undefined || limit === undefined ? [] : [{ do: "run", argv: ["btrfs", "qgroup", "limit", "none", path] }],
};

/** The same for all subvolumes of one mount. */
function looks({ mount }: Tree, exact: boolean): Record<"list" | "groups" | "show", { name: string; argv: string[] }> {
    const at = mount.target;
    // Accounting lags behind by a transaction, up to 30 s (btrfs(5), "commit"), unless the file system is synced.
    const sync = exact ? ["--sync"] : [];
    return {
        list: { name: `btrfs list ${at}`, argv: ["btrfs", "subvolume", "list", at] },
        groups: { name: `btrfs groups ${at} ${sync.join("")}`, argv: ["btrfs", "qgroup", "show", "-re", "--raw", ...sync, at] },
        show: { name: `btrfs show ${at}`, argv: ["btrfs", "filesystem", "show", at] },
    };
}

/** The kernel's own counters of a qgroup. */
export const counted = (counter: string): UsageSource => ({
    kind: "counters",
    used: `${counter}/referenced`,
    limit: `${counter}/max_referenced`,
});
