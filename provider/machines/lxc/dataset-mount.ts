import { isKind, PvesmbError } from "../../base/errors";
import type { Connection } from "../../base/connection";
import type { Pve } from "../../proxmox/client/client";
import { readConfig } from "../../proxmox/lxc/container";
import type { Place } from "../../proxmox/lxc/container";
import { mountPoint } from "../../proxmox/values/property-string";
import { bindDirectory } from "./bind";

/** Proxmox VE knows mp0 to mp255 (pve-api.md 3.3). */
const LAST = 255;

interface Reached {
    pve: Pve;
    connection: Connection;
}

/**
 * A dataset below a bound directory is not seen in the container by itself: PVE binds one mount, without those below it (pve-container
 * LXC.pm, __bindmount_do: `mount -o bind`). So it gets a mount point of its own, plugged in while the container runs.
 */
export async function bindDataset({ pve, connection }: Reached, place: Place, path: string, onNode: string): Promise<void> {
    await pve.alone(`mount points ${place.vmid}`, async () => {
        for (;;) {
            const { mp } = await readConfig(pve, place);
            if (Object.values(mp).some((value) => mountPoint.parse(value).mp === path)) return;
            const free = Array.from({ length: LAST }, (_, i) => i + 1).find((index) => mp[index] === undefined);
            if (free === undefined)
                throw new PvesmbError(
                    "InvalidInput",
                    `share: the gateway has no free mount point for another dataset (Proxmox VE allows ${LAST + 1}); delete a share with a volume or a quota, or use btrfs, where shares need none`,
                    { property: "share" },
                );
            try {
                await bindDirectory(pve, connection, place, `mp${free}`, onNode, path);
                return;
            } catch (error) {
                // Somebody else was faster to take it.
                if (!isKind(error, "Conflict")) throw error;
                pve.deadline.check(`finding a free mount point of CT ${place.vmid}`);
            }
        }
    });
}
