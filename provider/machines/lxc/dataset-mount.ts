import { isKind } from "../../base/errors";
import type { Connection } from "../../base/connection";
import type { Pve } from "../../proxmox/client/client";
import { readConfig } from "../../proxmox/lxc/container";
import type { Place } from "../../proxmox/lxc/container";
import { bindDirectory } from "./bind";
import { freeMountPoint, mountedAt } from "./mounts";

interface Reached {
    pve: Pve;
    connection: Connection;
}

/** Whether Proxmox VE has mounted something at the path, in the running container or at its start; it does so only once. */
export const isPlugged = async ({ pve }: Pick<Reached, "pve">, place: Place, path: string): Promise<boolean> =>
    mountedAt(await readConfig(pve, place, "active"), path) !== undefined;

/**
 * Mounts a dataset in the running container. A dataset below a bound directory needs a mount point of its own, because PVE's bind mount
 * does not include mounts below it (pve-container LXC.pm, __bindmount_do: `mount -o bind`).
 */
export async function bindDataset({ pve, connection }: Reached, place: Place, path: string, onNode: string): Promise<void> {
    await pve.exclusively(`mount points ${place.vmid}`, async () => {
        for (;;) {
            const [config, active] = await Promise.all([readConfig(pve, place), readConfig(pve, place, "active")]);
            const [wanted, now] = [mountedAt(config, path), mountedAt(active, path)];
            if (wanted !== undefined && now !== undefined) return;
            const index = wanted ?? now ?? freeMountPoint("share", "on btrfs shares need none", config, active);
            try {
                await bindDirectory(pve, connection, place, `mp${index}`, onNode, path);
                return;
            } catch (error) {
                // Another caller took the mount point first.
                if (!isKind(error, "Conflict")) throw error;
                pve.deadline.check(`finding a free mount point of CT ${place.vmid}`);
            }
        }
    });
}
