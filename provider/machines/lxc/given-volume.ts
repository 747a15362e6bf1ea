import { PvesmbError } from "../../base/errors";
import type { ContainerInputs } from "../../model";
import { DATA_ROOT } from "../../model/paths";
import type { Pve } from "../../proxmox/client/client";
import { locateContainer } from "../../proxmox/locate";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import { moveVolume, readConfig } from "../../proxmox/lxc/container";
import type { Place } from "../../proxmox/lxc/container";
import { editConfig } from "../../proxmox/lxc/edit";
import { DATA_MOUNT, volumeId } from "./config";

/** The owner in a volume's name: `tank:101/vm-101-disk-1.raw`, `zfs:subvol-101-disk-1`. */
const OWNER = /[:/](?:vm|base|subvol|basevol)-(\d+)-/;

export function ownerOf(volume: string): number | undefined {
    const vmid = OWNER.exec(volume)?.[1];
    return vmid === undefined ? undefined : Number(vmid);
}

/** From the state: whether the gateway was finished, and its volume. */
type Known = { ready?: boolean; dataVolume?: string };

/**
 * The inputs with `data.volume` under its name as this guest's own: PVE moves and renames another container's volume, which otherwise could
 * not grow and would be deleted with that guest. With a data volume in the state, that volume or an error: a new one would be empty.
 */
export async function withOwnVolume(pve: Pve, place: Place, inputs: ContainerInputs, before: Known = {}): Promise<ContainerInputs> {
    const { data } = inputs;
    if (data === undefined || data.bind !== undefined) return inputs;
    const own = await readConfig(pve, place);
    if (own.mp[0] !== undefined) return inputs;
    if (before.dataVolume !== undefined) {
        if (await keepAttached(pve, place, before.dataVolume)) return inputs;
        if (!Object.values(own.unused).includes(before.dataVolume)) throw detached(place, before.dataVolume, own);
        return { ...inputs, data: { ...data, volume: before.dataVolume } };
    }
    if (data.volume === undefined) return inputs;
    const volume = handedOver(own, data.volume, before) ?? (await take(pve, place, data.volume, own));
    return { ...inputs, data: { ...data, volume } };
}

/** Keeps a data volume that the running container still has but would lose at its next restart. */
async function keepAttached(pve: Pve, place: Place, volume: string): Promise<boolean> {
    let kept = false;
    await editConfig(pve, place, async (current) => {
        const active = (await readConfig(pve, place, "active")).mp[0];
        kept = active !== undefined && volumeId(active) === volume;
        return kept && current.mp[0] === undefined ? { set: { [DATA_MOUNT]: active } } : undefined;
    });
    return kept;
}

function detached(place: Place, volume: string, config: ContainerConfig): PvesmbError {
    const elsewhere = Object.entries(config.mp).find(([, value]) => volumeId(value) === volume);
    const where = elsewhere === undefined ? "none of its unused volumes" : `mounted as mp${elsewhere[0]}`;
    return new PvesmbError(
        "Conflict",
        `data: the data volume ${volume} is no longer ${DATA_MOUNT} of CT ${place.vmid}, but ${where}; nothing was changed, since a new volume would be empty. Attach the volume with the files yourself (on ${place.node}: pct set ${place.vmid} --${DATA_MOUNT} VOLUME,mp=${DATA_ROOT}), then run \`pulumi up --refresh\``,
        { property: "data" },
    );
}

/**
 * The volume that an interrupted run has already moved. A single unused volume proves that only on an unfinished gateway: later it may be a
 * detached volume of a share.
 */
function handedOver({ unused }: ContainerConfig, given: string, { ready }: Known): string | undefined {
    const all = Object.values(unused);
    if (all.includes(given)) return given;
    return ready === true || all.length !== 1 ? undefined : all[0];
}

async function take(pve: Pve, place: Place, volume: string, own: ContainerConfig): Promise<string> {
    const owner = ownerOf(volume) ?? place.vmid;
    if (owner === place.vmid) return volume;
    const found = await locateContainer(pve, owner, place.node);
    if (found.state === "forbidden") throw found.error;
    if (found.state !== "found") return volume;
    const key = Object.entries(found.config.all).find(([name, value]) => /^(mp|unused)\d+$/.test(name) && volumeId(value) === volume)?.[0];
    if (key === undefined) return volume;
    const free = Math.max(-1, ...Object.keys(own.unused).map(Number)) + 1;
    await (await moveVolume(pve, { node: found.node, vmid: owner }, key, { vmid: place.vmid, key: `unused${free}` })).wait();
    return (await readConfig(pve, place)).unused[free] ?? volume;
}
