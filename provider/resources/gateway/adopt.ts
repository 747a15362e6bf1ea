import type { Context } from "../../base/handler";
import { gatewayModel } from "../../model";
import type { GatewayInputs } from "../../model";
import type { Pve } from "../../proxmox/client/client";
import { readConfig, readStatus } from "../../proxmox/lxc/container";
import { tellAdopted } from "../../gateway/adopted";
import type { Made } from "../../machines/lxc/guest";
import { observedInputs } from "../../machines/lxc/observed";
import { hostDrift } from "./read";

/** A guest that was there: half-made by a create that was cut off, or finished, of a resource that Pulumi no longer knew. */
export async function tellTaken(ctx: Context<unknown>, pve: Pve, made: Made, inputs: GatewayInputs): Promise<void> {
    const { node, vmid, mark } = made;
    if (mark.phase !== "ready") return ctx.log.info(`CT ${vmid} on ${node} is left over from an interrupted create; finishing it`);
    const [config, { running }] = await Promise.all([readConfig(pve, { node, vmid }), readStatus(pve, { node, vmid })]);
    tellAdopted(ctx.log, gatewayModel, `CT ${vmid}`, {
        found: { ...observedInputs(config.all, inputs), started: running },
        declared: inputs,
        more: running ? await hostDrift(ctx, { node: inputs.node, vmid, nonce: mark.nonce }, inputs) : [],
    });
}
