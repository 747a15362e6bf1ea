import type { Pve } from "../client/client";
import { type Params, route } from "../client/form";
import { outcomeUnknown, says } from "../client/sayings";
import { pauseBefore } from "../client/timing";
import type { ContainerConfig } from "./config";
import { type Place, readConfig } from "./container";

export interface ConfigChange {
    set?: Params;
    /** A volume key (`mp3`) taken away leaves `unusedN`; `unusedN` taken away destroys the volume. */
    delete?: string[];
}

/**
 * One PUT of the config, not repeated when its outcome is unknown. With a digest: Conflict ("changed meanwhile") when the config is not
 * the one that was read. A failure does not mean that nothing was written (pve-api.md 0.6): read again before deciding. What a running
 * container cannot take over at once is pending until its restart, without an error.
 */
export async function setConfig(pve: Pve, { node, vmid }: Place, change: ConfigChange, digest?: string): Promise<void> {
    const removed = change.delete && change.delete.length > 0 ? change.delete.join(",") : undefined;
    await pve.put(route`/nodes/${node}/lxc/${vmid}/config`, { ...change.set, delete: removed, digest });
}

/**
 * Read-modify-write that loses nobody's change: `decide` gets the config as it is (pending values in) and says what to write, or
 * undefined when nothing is left to do. Edits of one container queue up; when somebody outside was faster, or when the outcome of a
 * write is unknown (596, connection lost), the config is read again and `decide` is asked again. Gives the config as it is afterwards.
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
