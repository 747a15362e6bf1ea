import { PvesmbError } from "../../base/errors";
import type { Pve } from "../client/client";
import { route } from "../client/form";
import { isKnown, isRetryable } from "../client/known-errors";
import { pauseBefore } from "../client/timing";
import { task } from "../tasks";
import type { Task } from "../tasks";
import { text } from "../values/scalars";
import { rootfs } from "../values/property-string";
import { formatPveSize } from "../values/size";
import { type Place, readConfig } from "./container";

/**
 * Grows a volume to `bytes` and waits for it; does nothing when it has that size, so a retry is safe. RemoteFailed for shrinking, and when
 * the task says OK but the file system did not grow.
 */
export async function resizeVolume(pve: Pve, place: Place, disk: string, bytes: number): Promise<void> {
    const { node, vmid } = place;
    for (let attempt = 0; ; attempt++) {
        try {
            const upid = text(await pve.put(route`/nodes/${node}/lxc/${vmid}/resize`, { disk, size: formatPveSize(bytes) })) ?? "";
            const work = task(pve, upid);
            await work.wait();
            await refuseLag(work, place, disk);
            break;
        } catch (error) {
            if (isKnown(error, "same size")) return;
            if (!isRetryable(error) || attempt >= 10) throw error;
        }
        pve.deadline.check(`growing ${disk} of CT ${vmid}`);
        await pve.deadline.sleep(pauseBefore(attempt, pve.timing.pause));
    }
    // The active value: a pending change keeps the size from when it was made.
    const { size } = rootfs.parse((await readConfig(pve, place, "active")).all[disk] ?? "");
    if (size === undefined || size < bytes)
        throw new PvesmbError(
            "RemoteFailed",
            `Proxmox VE reported that ${disk} of CT ${vmid} on ${node} has grown, but its configuration still has the old size`,
        );
}

/** A file system that cannot grow is reported only in the task's log (pve-api.md 1.4, PUT lxc resize). */
async function refuseLag(work: Task, place: Place, disk: string): Promise<void> {
    const said = (await work.lines()).find((line) => line.startsWith("Failed to update the container's filesystem"));
    if (said === undefined) return;
    throw new PvesmbError(
        "RemoteFailed",
        `${disk} of CT ${place.vmid} has grown, but its file system has not (${said}). ${growByHand(place)}`,
    );
}

/** The manual remedy for a file system smaller than its volume. */
export const growByHand = ({ node, vmid }: Place, volume = "VOLUME"): string =>
    `A larger size makes Proxmox VE try again. Or stop CT ${vmid}, and on ${node}: \`e2fsck -f $(pvesm path ${volume}) && resize2fs $(pvesm path ${volume})\`; then start it and run \`pulumi up\` again`;
