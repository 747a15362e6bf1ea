import { PvesmbError } from "../../base/errors";
import type { Pve } from "../client/client";
import { route } from "../client/form";
import { says, worthAnother } from "../client/sayings";
import { pauseBefore } from "../client/timing";
import { task } from "../tasks";
import { text } from "../values/scalars";
import type { Place } from "./container";

export interface DeleteOptions {
    /** Also take it out of backup jobs, replication and HA. PVE refuses without it when HA or replication know the container. */
    purge?: boolean;
    /** Even when it is running. */
    force?: boolean;
}

/**
 * Destroys a container with its volumes and its `unusedN`, and never a volume that it does not refer to. `stillOurs` is asked before
 * every request, because a VMID may meanwhile be somebody else's: false ends the matter as done.
 */
export async function deleteContainer(
    pve: Pve,
    { node, vmid }: Place,
    options: DeleteOptions,
    stillOurs: () => Promise<boolean>,
): Promise<void> {
    for (let attempt = 0; ; attempt++) {
        if (!(await stillOurs())) return;
        try {
            const upid = text(await pve.delete(route`/nodes/${node}/lxc/${vmid}`, { purge: options.purge, force: options.force })) ?? "";
            await task(pve, upid).wait();
            break;
        } catch (error) {
            if (says(error, "guest missing")) return;
            if (!worthAnother(error) || attempt >= 10) throw error;
        }
        pve.deadline.check(`deleting CT ${vmid}`);
        await pve.deadline.sleep(pauseBefore(attempt, pve.timing.pause));
    }
    if (await stillOurs())
        throw new PvesmbError("RemoteFailed", `Proxmox VE says that CT ${vmid} on ${node} is destroyed, but it is still there`);
}
