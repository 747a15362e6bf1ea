import type { Pve } from "../client/client";
import { type Params, route } from "../client/form";
import { outcomeUnknown, isKnown } from "../client/known-errors";
import { pauseBefore } from "../client/timing";
import type { ContainerConfig } from "./config";
import { type Place, readConfig } from "./container";

export interface ConfigChange {
    set?: Params;
    /** Deleting a volume key (`mp3`) leaves `unusedN`; deleting `unusedN` destroys the volume. */
    delete?: string[];
}

/**
 * One PUT of the config, not repeated when its outcome is unknown. With a digest: Conflict ("changed meanwhile") after a concurrent change.
 * A failure may come after a write (pve-api.md 0.6); changes that need a restart become pending without an error.
 */
export async function setConfig(pve: Pve, { node, vmid }: Place, change: ConfigChange, digest?: string): Promise<void> {
    const removed = change.delete && change.delete.length > 0 ? change.delete.join(",") : undefined;
    await pve.put(route`/nodes/${node}/lxc/${vmid}/config`, { ...change.set, delete: removed, digest });
}

/**
 * Read-modify-write without lost updates: `decide` gets the config with pending values and returns a change, or undefined when nothing is
 * left to do; it is called again after a conflict or an unknown outcome (596, connection lost). Edits of one container are queued. Returns
 * the resulting config.
 */
export async function editConfig(
    pve: Pve,
    place: Place,
    decide: (config: ContainerConfig) => ConfigChange | undefined | Promise<ConfigChange | undefined>,
): Promise<ContainerConfig> {
    return pve.exclusively(`guest ${place.vmid}`, async () => {
        for (let attempt = 0; ; attempt++) {
            const config = await readConfig(pve, place);
            const change = await decide(config);
            if (!change) return config;
            try {
                await setConfig(pve, place, change, config.digest);
                return await readConfig(pve, place);
            } catch (error) {
                if (attempt >= 10 || !(outcomeUnknown(error) || isKnown(error, "changed meanwhile"))) throw error;
            }
            pve.deadline.check(`changing the config of CT ${place.vmid}`);
            await pve.deadline.sleep(pauseBefore(attempt, pve.timing.pause));
        }
    });
}
