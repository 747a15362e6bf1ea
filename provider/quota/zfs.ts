import type { Step } from "../hosts/batch";
import { onceSeen } from "../hosts/looks";
import { about } from "./tree";
import type { IdLimit, Look, LookOptions, Spot, Tree, TreeKind, TreeState } from "./tree";

/**
 * ZFS: one dataset per tree. `refquota` counts what the dataset itself refers to; `quota` also counts its snapshots and child datasets
 * (zfsprops(7)). Works with OpenZFS and with zfs-fuse, whose `zfs list` has no exact figures.
 */
export const zfs: TreeKind = {
    look: (spot, options) => ({ commands: [datasetLook(spot), ...(options.ids.length > 0 ? [idLook(spot, options)] : [])] }),

    parse(tree, look, options): TreeState {
        const all = table(look, datasetLook(tree).name);
        const available = Number(all.get(tree.mount.source)?.get("available") ?? 0);
        const object = isDataset(tree) ? tree.mount.source : isOurs(all, objectAt(tree)) ? objectAt(tree) : undefined;
        const properties = all.get(object ?? "");
        const number = (name: string): number => Number(properties?.get(name) ?? 0);
        if (object === undefined || properties === undefined) return { used: 0, available, ids: [], drift: [] };
        const [property, other] = options.snapshots ? (["quota", "refquota"] as const) : (["refquota", "quota"] as const);
        const own = table(look, idLook(tree, options).name).get(object);
        const ofId = (name: string): number => Number(own?.get(name)?.replace(/^(none|-)$/, "0") ?? 0);
        return {
            object,
            ...(isDataset(tree) ? {} : { apart: placeOf(object) }),
            limit: number(property) || undefined,
            used: number(options.snapshots ? "used" : "referenced"),
            available: number("available"),
            ids: options.ids.map(({ kind, id }) => ({ kind, id, limit: ofId(`${kind}quota@${id}`), used: ofId(`${kind}used@${id}`) })),
            drift: number(other) > 0 ? [`${object}: ${other} is set as well (${number(other)} bytes)`] : [],
        };
    },

    make(tree, owner) {
        const object = objectAt(tree);
        const create = ["zfs", "create", "-o", `mountpoint=${placeOf(object)}`, object];
        return [
            { do: "run", argv: create, undo: ["zfs", "destroy", "-r", object] },
            {
                do: "directory",
                path: placeOf(object),
                owner: String(owner),
                group: String(owner),
                mode: "0700",
                mustExist: `${object} is not mounted`,
            },
        ];
    },

    set(tree, state, wish) {
        const object = state.object ?? objectAt(tree);
        const set = (property: string, value: number): Step => ({
            do: "run",
            argv: ["zfs", "set", `${property}=${value === 0 ? "none" : value}`, object],
        });
        const [property, other] = wish.snapshots ? (["quota", "refquota"] as const) : (["refquota", "quota"] as const);
        const undo = ["zfs", "set", `${property}=${state.limit ?? "none"}`, object];
        return [
            ...(state.limit === wish.limit ? [] : [{ ...set(property, wish.limit), undo } as Step]),
            ...(state.drift.length > 0 ? [set(other, 0)] : []),
            ...wish.ids
                .filter((each) => limitOf(state, each) !== each.limit)
                .map(({ kind, id, limit }) => set(`${kind}quota@${id}`, limit)),
        ];
    },

    release(_tree, { object, ids }) {
        const none = (property: string): Step => ({ do: "run", argv: ["zfs", "set", `${property}=none`, object ?? ""] });
        return object === undefined
            ? []
            : [none("quota"), none("refquota"), ...ids.filter(({ limit }) => limit > 0).map(({ kind, id }) => none(`${kind}quota@${id}`))];
    },
};

const limitOf = (state: TreeState, { kind, id }: IdLimit): number =>
    state.ids.find((each) => each.kind === kind && each.id === id)?.limit ?? 0;

const isDataset = ({ path, mount }: Tree): boolean => path === mount.target;

const restOf = ({ path, mount }: Tree): string => path.slice(mount.target === "/" ? 0 : mount.target.length).replace(/^\//, "");

/**
 * The node mounts our datasets in a directory of its own. Below the gateway's data its root could plant a link, and the dataset would be
 * mounted over /etc, now or at the next boot.
 */
const DATASETS = "/var/lib/pvesmb/datasets";
const placeOf = (object: string): string => `${DATASETS}/${object}`;

const isOurs = (all: Map<string, Map<string, string>>, object: string): boolean =>
    (all.get(object)?.get("mountpoint") ?? "").endsWith(placeOf(object));

/** The dataset for a directory. */
const objectAt = (tree: Tree): string => `${tree.mount.source}/${datasetName(restOf(tree))}`;

/** The characters that a dataset's name allows (zfs(8)); all others are percent-encoded, with a colon for the percent sign. */
const datasetName = (path: string): string =>
    encodeURIComponent(path)
        .replace(/[!'()*~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
        .replaceAll("%", ":");

/** One look for the dataset that holds a directory and for all below it. */
function datasetLook({ from }: Spot): Look {
    const properties = "quota,refquota,used,referenced,available,mountpoint";
    return { name: `zfs ${from}`, ...about("SOURCE", from, "zfs", "get", "-Hp", "-r", "-o", "name,property,value", properties) };
}

function idLook({ path }: Spot, { ids }: LookOptions): Look {
    const properties = ids.flatMap(({ kind, id }) => [`${kind}quota@${id}`, `${kind}used@${id}`]).join(",");
    return {
        name: `zfs ids ${path} ${properties}`,
        ...about("SOURCE", path, "zfs", "get", "-Hp", "-o", "name,property,value", properties),
    };
}

/** Dataset -> property -> value. */
const table = onceSeen(({ commands }, look) => {
    const all = new Map<string, Map<string, string>>();
    for (const line of (commands[look]?.stdout ?? "").split("\n")) {
        const [name, property, value] = line.split("\t");
        if (name === undefined || property === undefined || value === undefined) continue;
        all.set(name, (all.get(name) ?? new Map<string, string>()).set(property, value));
    }
    return all;
});
