import type { GatewayInputs } from "../../model";
import { type Scope, type Spot, spots } from "../../model/permissions/feature";
import { candidates } from "../../proxmox/vmid";
import type { Use } from "../permissions/check";
import { interfaces } from "./config";
import { ownerOf } from "./given-volume";
import { storageOf, type Template } from "./template";

/** A guest of this gateway: by its number, or by its pool, where rights are given once for all. */
export function guestSpot({ pool }: Pick<GatewayInputs, "pool">, vmid: number): Spot {
    const own = `vms/${vmid}`;
    return pool === undefined ? { at: [own], give: "vms" } : { at: [`pool/${pool}`, own], give: `pool/${pool}` };
}

/** What making a gateway takes; `template` is missing when the look for it failed. */
export function creationUses(inputs: GatewayInputs, key: string, template: Template | undefined): Use[] {
    const { lxc, data, vmid, vmidRange } = inputs;
    const [first = vmidRange.from] = vmid === undefined ? candidates(vmidRange, key) : [vmid];
    const scope = { ...scopeOf(inputs, first), "template-storage": templateSpots(inputs, template) };
    const uses: Use[] = [{ feature: "gateway", scope }];
    if (template?.download) uses.push({ feature: "template-download", scope });
    if (data?.volume !== undefined) {
        const owner = ownerOf(data.volume);
        const storage = spots(storageOf(data.volume) ?? "");
        uses.push({ feature: "given-volume", scope: { storage, owner: owner === undefined ? [] : spots(`vms/${owner}`) } });
    }
    if (!lxc.unprivileged) {
        uses.push({ feature: "privileged-container", scope });
        if (lxc.nesting) uses.push({ feature: "privileged-nesting", scope });
    }
    return uses;
}

/** What changing one takes, whatever the change is. */
export function updateUses(inputs: GatewayInputs, vmid: number): Use[] {
    return [{ feature: "gateway", scope: scopeOf(inputs, vmid) }];
}

export function removalUses(inputs: Pick<GatewayInputs, "pool">, vmid: number): Use[] {
    return [{ feature: "removal", scope: { guests: [guestSpot(inputs, vmid)] } }];
}

function scopeOf(inputs: GatewayInputs, vmid: number): Scope {
    const { lxc, data } = inputs;
    return {
        guests: [guestSpot(inputs, vmid)],
        storage: spots(lxc.rootfs.storage, ...(data?.storage === undefined ? [] : [data.storage])),
        // A tagged interface needs its VLAN's path in place of the bridge's (PVE::GuestHelpers check_vnet_access).
        bridge: spots(...interfaces(inputs).map(({ bridge, vlan }) => (vlan === undefined ? bridge : `${bridge}/${vlan}`))),
    };
}

function templateSpots({ lxc }: GatewayInputs, template: Template | undefined): Spot[] {
    const storage = storageOf(template?.volid ?? lxc.template) ?? lxc.templateStorage;
    return storage === undefined ? [] : spots(storage);
}
