import type { GatewayInputs } from "../../model";
import type { Pve } from "../../proxmox/client/client";
import { locateContainer } from "../../proxmox/locate";
import { moveVolume, readConfig } from "../../proxmox/lxc/container";
import type { Place } from "../../proxmox/lxc/container";
import { volumeId } from "./config";

/** `tank:101/vm-101-disk-1.raw`, `zfs:subvol-101-disk-1`: the guest that the volume's name says it belongs to. */
const OWNER = /[:/](?:vm|base|subvol|basevol)-(\d+)-/;

export function ownerOf(volume: string): number | undefined {
    const vmid = OWNER.exec(volume)?.[1];
    return vmid === undefined ? undefined : Number(vmid);
}

/**
 * The inputs with `data.volume` as it is named once it is this guest's own. A volume that another container holds is handed over by PVE,
 * which renames it: left with its old owner, it could not grow, and would go when that one is deleted. PVE refuses while it is mounted there.
 */
export async function withOwnVolume(pve: Pve, place: Place, inputs: GatewayInputs): Promise<GatewayInputs> {
    const { data } = inputs;
    if (data?.volume === undefined) return inputs;
    const own = await readConfig(pve, place);
    if (own.mp[0] !== undefined) return inputs;
    const volume = handedOver(own.unused) ?? (await take(pve, place, data.volume));
    return { ...inputs, data: { ...data, volume } };
}

/** Without a data volume, what a gateway has unused is what was handed over to it before it was cut off. */
const handedOver = (unused: Record<number, string>): string | undefined => Object.values(unused)[0];

async function take(pve: Pve, place: Place, volume: string): Promise<string> {
    const owner = ownerOf(volume) ?? place.vmid;
    if (owner === place.vmid) return volume;
    const found = await locateContainer(pve, owner, place.node);
    if (found.state === "forbidden") throw found.error;
    if (found.state !== "found") return volume;
    const key = Object.entries(found.config.all).find(([name, value]) => /^(mp|unused)\d+$/.test(name) && volumeId(value) === volume)?.[0];
    if (key === undefined) return volume;
    await (await moveVolume(pve, { node: found.node, vmid: owner }, key, { vmid: place.vmid, key: "unused0" })).wait();
    return handedOver((await readConfig(pve, place)).unused) ?? volume;
}
