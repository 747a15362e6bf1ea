import { PvesmbError } from "../../base/errors";
import type { Pve } from "../client/client";
import { route } from "../client/form";
import { isKnown, isRetryable } from "../client/known-errors";
import { pauseBefore } from "../client/timing";
import { task } from "../tasks";
import { text } from "../values/scalars";
import type { Place } from "./container";

export interface DeleteOptions {
    /** Also removes it from backup jobs, replication and HA. Without it PVE refuses when HA or replication use the container. */
    purge?: boolean;
    /** Also when it is running. */
    force?: boolean;
}

/**
 * Destroys a container with its volumes and `unusedN`; volumes outside its configuration stay. `ours` is called before every request,
 * because the container may have moved or its VMID been reused; undefined means gone.
 */
export async function deleteContainer(pve: Pve, options: DeleteOptions, ours: () => Promise<Place | undefined>): Promise<void> {
    for (let attempt = 0, place = await ours(); place !== undefined; place = await ours(), attempt++) {
        const { node, vmid } = place;
        try {
            const upid = text(await pve.delete(route`/nodes/${node}/lxc/${vmid}`, { purge: options.purge, force: options.force })) ?? "";
            await task(pve, upid).wait();
            if ((await ours()) === undefined) return;
            throw new PvesmbError("RemoteFailed", `Proxmox VE reported that CT ${vmid} on ${node} was destroyed, but it still exists`);
        } catch (error) {
            if (attempt >= 10 || !(isRetryable(error) || isKnown(error, "guest missing"))) throw error;
        }
        pve.deadline.check(`deleting CT ${vmid}`);
        await pve.deadline.sleep(pauseBefore(attempt, pve.timing.pause));
    }
}
