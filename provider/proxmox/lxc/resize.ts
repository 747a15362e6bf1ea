import { PvesmbError } from "../../base/errors";
import type { Pve } from "../client/client";
import { route } from "../client/form";
import { says, worthAnother } from "../client/sayings";
import { pauseBefore } from "../client/timing";
import { task } from "../tasks";
import { text } from "../values/scalars";
import { rootfs } from "../values/property-string";
import { formatPveSize } from "../values/size";
import { type Place, readConfig } from "./container";

/**
 * Grows a volume to `bytes` and waits for it; one that has that size already is done, and so a try whose outcome is unknown is made again.
 * Shrinking is RemoteFailed. In a running container an ext4 can stay small with only a line in the task's log: look at what came out.
 */
export async function resizeVolume(pve: Pve, place: Place, disk: string, bytes: number): Promise<void> {
    const { node, vmid } = place;
    for (let attempt = 0; ; attempt++) {
        try {
            const upid = text(await pve.put(route`/nodes/${node}/lxc/${vmid}/resize`, { disk, size: formatPveSize(bytes) })) ?? "";
            await task(pve, upid).wait();
            break;
        } catch (error) {
            if (says(error, "same size")) return;
            if (!worthAnother(error) || attempt >= 10) throw error;
        }
        pve.deadline.check(`growing ${disk} of CT ${vmid}`);
        await pve.deadline.sleep(pauseBefore(attempt, pve.timing.pause));
    }
    // The active value: a change that waits for a restart keeps the size of when it was made.
    const { size } = rootfs.parse((await readConfig(pve, place, "active")).all[disk] ?? "");
    if (size === undefined || size < bytes)
        throw new PvesmbError(
            "RemoteFailed",
            `Proxmox VE says that ${disk} of CT ${vmid} on ${node} has grown, but its configuration does not`,
        );
}
