import type { Log } from "../../base/log";
import { gatewayModel } from "../../model";
import type { ContainerInputs } from "../../model";
import { reportAdopted } from "../../model/adopted";
import type { Pve } from "../../proxmox/client/client";
import { readConfig, readStatus } from "../../proxmox/lxc/container";
import type { Made } from "./guest";
import { observedInputs } from "./observed";

/**
 * Reports a guest that already existed: half-made by an interrupted create, or finished but unknown to Pulumi. `drift` lists its
 * differences.
 */
export async function reportTaken(log: Log, pve: Pve, made: Made, inputs: ContainerInputs, drift: () => Promise<string[]>): Promise<void> {
    const { node, vmid, mark } = made;
    if (mark.phase !== "ready") return log.info(`CT ${vmid} on ${node} is left over from an interrupted create; finishing it`);
    const [config, { running }] = await Promise.all([readConfig(pve, { node, vmid }), readStatus(pve, { node, vmid })]);
    reportAdopted(log, gatewayModel, `CT ${vmid}`, {
        found: { ...observedInputs(config.all, inputs), started: running },
        declared: inputs,
        more: running ? await drift() : [],
    });
}
