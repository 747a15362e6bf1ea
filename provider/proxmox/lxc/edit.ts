import type { Pve } from "../client/client";
import { type Params, route } from "../client/form";
import { outcomeUnknown, says } from "../client/sayings";
import { pauseBefore } from "../client/timing";
import type { ContainerConfig } from "./config";
import { type Place, readConfig } from "./container";

export interface ConfigChange {
    set?: Params;
    /** Deleting a volume key (`mp3`) leaves `unusedN`; deleting `unusedN` destroys the volume. */
    delete?: string[];
}

/**
 * One PUT of the config, not repeated when its outcome is unknown. With a digest: Conflict ("changed meanwhile") when the config has
 * changed since it was read. A failure may come after a write (pve-api.md 0.6): read again. Changes that a running container cannot apply
 * are pending until its restart, without an error.
 */
export async function setConfig(pve: Pve, { node, vmid }: Place, change: ConfigChange, digest?: string): Promise<void> {
    const removed = change.delete && change.delete.length > 0 ? change.delete.join(",") : undefined;
    await pve.put(route`/nodes/${node}/lxc/${vmid}/config`, { ...change.set, delete: removed, digest });
}

/**
 * Read-modify-write without lost updates: `decide` gets the config, with pending values, and returns the change, or undefined when nothing
 * is left to do. Edits of one container are queued; after a conflict or an unknown outcome (596, connection lost) it reads and decides
 * again. Returns the resulting config.
 */
export async function editConfig(
    pve: Pve,
    place: Place,
    decide: (config: ContainerConfig) => ConfigChange | undefined | Promise<ConfigChange | undefined>,
): Promise<ContainerConfig> {
    return pve.alone(`guest ${place.vmid}`, async () => {
        for (let attempt = 0; ; attempt++) {
            const config = await readConfig(pve, place);
            const change = await decide(config);
            if (!change) return config;
            try {
                await setConfig(pve, place, change, config.digest);
                return await readConfig(pve, place);
            } catch (error) {
                if (attempt >= 10 || !(outcomeUnknown(error) || says(error, "changed meanwhile"))) throw error;
            }
            pve.deadline.check(`changing the config of CT ${place.vmid}`);
            await pve.deadline.sleep(pauseBefore(attempt, pve.timing.pause));
        }
    });
}
