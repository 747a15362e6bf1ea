import { PvesmbError } from "../../base/errors";
import { listReplicated } from "../../proxmox/cluster";
import type { Pve } from "../../proxmox/client/client";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import type { ContainerStatus } from "../../proxmox/lxc/container";

/** Refuses up front what PVE would refuse to delete only after the guest was stopped. */
export async function refuseGuarded(
    pve: Pve,
    vmid: number,
    config: ContainerConfig,
    status: ContainerStatus,
    purge: boolean,
): Promise<void> {
    const refuse = (property: string, why: string, way: string): never => {
        throw new PvesmbError("Conflict", `${property}: the gateway CT ${vmid} ${why}, so it is not deleted; to delete it, ${way}`, {
            property,
        });
    };
    if (config.protection)
        refuse("protection", "is protected in Proxmox VE", "set `protection: false` and run `pulumi up --refresh` first");
    if (purge) return;
    const keeper = status.ha ? "is managed by HA" : (await listReplicated(pve)).includes(vmid) ? "is replicated" : undefined;
    if (keeper !== undefined)
        refuse(
            "purge",
            keeper,
            "set `purge: true` (it is then removed from HA, replication and backup jobs too) and run `pulumi up` first",
        );
}
