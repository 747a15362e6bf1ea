import { PvesmbError } from "../../base/errors";
import type { GatewayInputs } from "../../model";
import { DATA_ROOT } from "../../model/paths";
import type { Pve } from "../../proxmox/client/client";
import { locateContainer } from "../../proxmox/locate";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import { moveVolume, readConfig } from "../../proxmox/lxc/container";
import type { Place } from "../../proxmox/lxc/container";
import { editConfig } from "../../proxmox/lxc/edit";
import { DATA_MOUNT, volumeId } from "./config";

/** `tank:101/vm-101-disk-1.raw`, `zfs:subvol-101-disk-1`: the guest that the volume's name says it belongs to. */
const OWNER = /[:/](?:vm|base|subvol|basevol)-(\d+)-/;

export function ownerOf(volume: string): number | undefined {
    const vmid = OWNER.exec(volume)?.[1];
    return vmid === undefined ? undefined : Number(vmid);
}

/** What the state says of a gateway: whether it was finished, and with which volume. */
type Known = { ready?: boolean; dataVolume?: string };

/**
 * The inputs with `data.volume` as it is named once it is this guest's own. A volume that another container holds is handed over by PVE,
 * which renames it: left with its old owner, it could not grow, and would go when that one is deleted. PVE refuses while it is mounted there.
 * A gateway that has a data volume by its state gets that one back or none: a new one would be empty, and hide that the files are elsewhere.
 */
export async function withOwnVolume(pve: Pve, place: Place, inputs: GatewayInputs, before: Known = {}): Promise<GatewayInputs> {
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

/** A data volume that a running container still has, but would lose at its next restart, stays. */
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
 * What was handed over before a run was cut off. Only a gateway that was never finished may go by what it has unused: no share has had a
 * volume of its own there that was taken off since.
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
