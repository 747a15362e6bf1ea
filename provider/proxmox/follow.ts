import type { Pve } from "./client/client";
import { isKnown } from "./client/known-errors";
import { locateContainer } from "./locate";
import type { Place } from "./lxc/container";

/**
 * Runs `work` on a container and again on its new node when HA or a user has moved it (HA may do so at a start). `work` must be repeatable
 * and check before it acts.
 */
export async function follow<T>(pve: Pve, place: Place, work: (place: Place) => Promise<T>): Promise<T> {
    let at = place;
    for (;;) {
        try {
            return await work(at);
        } catch (error) {
            if (!isKnown(error, "guest missing") || pve.deadline.expired) throw error;
            const found = await locateContainer(pve, at.vmid);
            if (found.state !== "found" || found.node === at.node) throw error;
            at = { ...at, node: found.node };
        }
    }
}
