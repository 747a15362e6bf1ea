import type { Pve } from "./client/client";
import { says } from "./client/sayings";
import { locateContainer } from "./locate";
import type { Place } from "./lxc/container";

/**
 * Works on a container that HA or somebody may move to another node meanwhile, as HA does when it starts one: a node that no longer has
 * it says so, and the work begins again where it is. So it must look before it acts, and what it did before must still count.
 */
export async function follow<T>(pve: Pve, place: Place, work: (place: Place) => Promise<T>): Promise<T> {
    let at = place;
    for (;;) {
        try {
            return await work(at);
        } catch (error) {
            if (!says(error, "guest missing") || pve.deadline.expired) throw error;
            const found = await locateContainer(pve, at.vmid);
            if (found.state !== "found" || found.node === at.node) throw error;
            at = { ...at, node: found.node };
        }
    }
}
