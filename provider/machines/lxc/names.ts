import { PvesmbError } from "../../base/errors";
import { meant } from "../../base/nearest";
import { together } from "../../base/together";
import type { ContainerInputs } from "../../model";
import { holds, knownPermissions, type Permissions } from "../../proxmox/access";
import type { Pve } from "../../proxmox/client/client";
import { listBridges, listNodes, listPools } from "../../proxmox/cluster";
import { listStorages, storageIdOf } from "../../proxmox/storage";
import { storageOf } from "./template";

/** A name from the inputs, and the names of that kind that the caller sees. */
interface Given {
    property: string;
    what: string;
    name: string;
    seen: readonly string[];
    /** Whether the caller sees all of them. */
    all: boolean;
}

type Named = Pick<ContainerInputs, "node" | "pool" | "lxc" | "data" | "network" | "extraNetworks">;

/**
 * Refuses nodes, bridges, pools and storages that do not exist, before rights are checked: nobody can grant rights on those. Skips names in
 * `before`, which the gateway already uses; returns doubts about names that may be hidden from the caller.
 */
export async function checkNames(pve: Pve, inputs: Named, before?: Named): Promise<string[]> {
    const names = before
        ? namesOf(inputs).filter(({ what, name }) => !namesOf(before).some((old) => old.what === what && old.name === name))
        : [...namesOf(inputs), ...namesAtCreation(inputs)];
    if (names.length === 0) return [];
    const kinds = new Set(names.map(({ what }) => what));
    const asked = <T>(what: string, ask: () => Promise<T[]>): Promise<T[]> => (kinds.has(what) ? ask() : Promise.resolve([]));
    const nodes = (await listNodes(pve)).map(({ node }) => node);
    // Nothing else can be asked of a missing node.
    if (!nodes.includes(inputs.node)) refuse(names.flatMap((each) => (each.what === "node" ? [{ ...each, seen: nodes, all: true }] : [])));
    const [bridges, pools, storages, permissions] = await together(
        asked("bridge", () => listBridges(pve, inputs.node)),
        asked("pool", () => listPools(pve)),
        asked("storage", async () => (await listStorages(pve, inputs.node)).map(({ storage }) => storage)),
        knownPermissions(pve),
    );
    const seen: Record<string, readonly string[]> = { node: nodes, bridge: bridges, pool: pools, storage: storages };
    return refuse(
        names.flatMap((each): Given[] => {
            const there = seen[each.what] ?? [];
            if (there.includes(each.name) || mayUse(permissions, each)) return [];
            return [{ ...each, seen: there, all: seesAll(pve, permissions, each.what) }];
        }),
    );
}

function namesOf({ node, pool, lxc, data, network, extraNetworks }: Named): { property: string; what: string; name: string }[] {
    return [
        { property: "node", what: "node", name: node },
        ...(pool === undefined ? [] : [{ property: "pool", what: "pool", name: pool }]),
        ...[network, ...extraNetworks].map(({ bridge }, i) => ({
            property: i === 0 ? "network.bridge" : `extraNetworks[${i - 1}].bridge`,
            what: "bridge",
            name: bridge,
        })),
        { property: "lxc.rootfs.storage", what: "storage", name: lxc.rootfs.storage },
        ...(data?.storage === undefined ? [] : [{ property: "data.storage", what: "storage", name: data.storage }]),
        ...(data?.volume === undefined ? [] : [{ property: "data.volume", what: "storage", name: storageIdOf(data.volume) }]),
    ];
}

/** Names that a gateway which exists has no use for. */
function namesAtCreation({ lxc }: Named): { property: string; what: string; name: string }[] {
    const given = { "lxc.template": storageOf(lxc.template), "lxc.templateStorage": lxc.templateStorage };
    return Object.entries(given).flatMap(([property, name]) => (name === undefined ? [] : [{ property, what: "storage", name }]));
}

/** Proxmox VE's lists omit what the caller has no rights on (docs/facts/pve-api.md 2.2). */
function seesAll(pve: Pve, permissions: Permissions | undefined, what: string): boolean {
    if (what === "node" || pve.identity === "root@pam") return true;
    const [path, privileges] = VISIBLE[what] ?? ["/", []];
    return permissions !== undefined && privileges.some((privilege) => holds(permissions, `${path}/*`, privilege));
}

/** Without Pool.Audit a pool is not listed, even if the caller may create guests in it. */
const mayUse = (permissions: Permissions | undefined, { what, name }: { what: string; name: string }): boolean =>
    what === "pool" && permissions?.get(`/pool/${name}`)?.has("VM.Allocate") === true;

const VISIBLE: Record<string, [path: string, privileges: string[]]> = {
    bridge: ["/sdn/zones/localnetwork", ["SDN.Audit", "SDN.Use"]],
    pool: ["/pool", ["Pool.Audit"]],
    storage: ["/storage", ["Datastore.Audit", "Datastore.AllocateSpace"]],
};

/** Throws for names that certainly do not exist; returns a question for each that may be hidden. */
function refuse(missing: readonly Given[]): string[] {
    const [first, ...more] = missing.filter(({ all }) => all);
    if (first === undefined) return missing.map(doubt);
    throw new PvesmbError("InvalidInput", [first, ...more].map(sentence).join("\n"), { property: first.property });
}

function sentence({ property, what, name, seen }: Given): string {
    return `${property}: there is no ${what} ${name}${meant(name, seen)} (available: ${seen.length === 0 ? "none" : seen.join(", ")})`;
}

const doubt = ({ property, what, name, seen }: Given): string =>
    `${property}: check the spelling of ${name}. You can see these ${what}s: ${seen.length === 0 ? "none" : seen.join(", ")}.`;
