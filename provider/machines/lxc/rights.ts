import type { ContainerInputs } from "../../model";
import { type Scope, type Spot, spots } from "../../model/permissions/feature";
import type { Pve } from "../../proxmox/client/client";
import { isFreeVmid } from "../../proxmox/cluster";
import { candidates } from "../../proxmox/vmid";
import type { Use } from "../../rights/check";
import { interfaces } from "./config";
import { ownerOf } from "./given-volume";
import { storageOf, type Template } from "./template";

/** Where to grant rights on a guest: on its pool, once for all its guests, or without a pool on its VMID. */
export function guestSpot({ pool }: Pick<ContainerInputs, "pool">, vmid: number): Spot {
    const own = `vms/${vmid}`;
    return pool === undefined ? { at: [own], give: "vms" } : { at: [`pool/${pool}`, own], give: `pool/${pool}` };
}

/** Cluster facts found before a gateway is made. */
export interface Findings {
    /** Absent when the search failed. */
    template?: Template | undefined;
    /** The guest that owns the given volume. */
    holder?: number | undefined;
}

/** The guest that a given volume's name refers to, if it exists. */
export async function holderOf(pve: Pve, { data }: ContainerInputs): Promise<number | undefined> {
    const owner = data?.volume === undefined ? undefined : ownerOf(data.volume);
    return owner === undefined || (await isFreeVmid(pve, owner)) ? undefined : owner;
}

/** The rights to make a gateway. */
export function creationUses(inputs: ContainerInputs, key: string, { template, holder }: Findings): Use[] {
    const { lxc, data, vmid, vmidRange } = inputs;
    const [first = vmidRange.from] = vmid === undefined ? candidates(vmidRange, key) : [vmid];
    const scope = { ...scopeOf(inputs, first), "template-storage": templateSpots(inputs, template) };
    const uses: Use[] = [{ feature: "gateway", scope }];
    if (template?.download) uses.push({ feature: "template-download", scope });
    if (data?.volume !== undefined) {
        const storage = spots(storageOf(data.volume) ?? "");
        uses.push({ feature: "given-volume", scope: { storage, owner: holder === undefined ? [] : spots(`vms/${holder}`) } });
    }
    if (!lxc.unprivileged) {
        uses.push({ feature: "privileged-container", scope });
        if (lxc.nesting) uses.push({ feature: "privileged-nesting", scope });
    }
    return uses;
}

/** The rights to change a gateway in any way. */
export function updateUses(inputs: ContainerInputs, vmid: number): Use[] {
    return [{ feature: "gateway", scope: scopeOf(inputs, vmid) }];
}

export function removalUses(inputs: Pick<ContainerInputs, "pool">, vmid: number): Use[] {
    return [{ feature: "removal", scope: { guests: [guestSpot(inputs, vmid)] } }];
}

function scopeOf(inputs: ContainerInputs, vmid: number): Scope {
    const { lxc, data } = inputs;
    return {
        guests: [guestSpot(inputs, vmid)],
        storage: spots(lxc.rootfs.storage, ...(data?.storage === undefined ? [] : [data.storage])),
        // A tagged interface needs rights on its VLAN's path, not on the bridge's (PVE::GuestHelpers check_vnet_access).
        bridge: spots(...interfaces(inputs).map(({ bridge, vlan }) => (vlan === undefined ? bridge : `${bridge}/${vlan}`))),
    };
}

function templateSpots({ lxc }: ContainerInputs, template: Template | undefined): Spot[] {
    const storage = storageOf(template?.volid ?? lxc.template) ?? lxc.templateStorage;
    return storage === undefined ? [] : spots(storage);
}
