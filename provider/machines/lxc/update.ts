import type { Connection } from "../../base/connection";
import { PvesmbError } from "../../base/errors";
import type { ChangeContext } from "../../base/handler";
import type { Host } from "../../hosts";
import type { ContainerInputs } from "../../model";
import { clusterOf } from "../pve";
import type { Pve } from "../../proxmox/client/client";
import { follow } from "../../proxmox/follow";
import { locateContainer } from "../../proxmox/locate";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import { readStatus } from "../../proxmox/lxc/container";
import type { Place } from "../../proxmox/lxc/container";
import { checkRights } from "../../rights/check";
import { guestAddress } from "./address";
import { newAddresses, refuseUsed } from "./free-address";
import { prepareIdMap } from "./id-map";
import { checkNames } from "./names";
import { provedMark } from "./ownership";
import { guestHost } from "../reach";
import { refuseLosses } from "./refusals";
import { updateUses } from "./rights";
import { parseId } from "../id";
import type { ContainerState, Outputs } from "../state";
import type { Tenant } from "../kind";
import { hostnameOf } from "./config";
import { converge } from "./converge";
import type { Target } from "./converge";
import { createContainerGateway } from "./create";

/** Converges container and gateway to the inputs, after proof that the container is this gateway's. */
export async function updateContainerGateway(
    ctx: ChangeContext<Outputs>,
    id: string,
    state: ContainerState,
    inputs: ContainerInputs,
    tenant: Tenant,
): Promise<Outputs> {
    const { vmid, nonce } = parseId(id);
    const { connection, pve } = clusterOf(ctx, inputs.connection);
    const found = await locateContainer(pve, vmid, state.currentNode ?? inputs.node);
    if (found.state === "forbidden") throw found.error;
    // The create task failed, so there is nothing to converge: create the guest with the same identity.
    if (found.state === "gone" && state.ready !== true) return (await createContainerGateway(ctx, inputs, tenant, { vmid, nonce })).state;
    if (found.state !== "found")
        throw new PvesmbError(
            "NotFound",
            `CT ${vmid} no longer exists; run \`pulumi refresh\`, then \`pulumi up\` to create the gateway again`,
        );
    const mark = await provedMark(pve, connection, { node: found.node, id: parseId(id), config: found.config }, state);
    refuseLosses(inputs, found.config, state);
    await prepareIdMap(pve, connection, inputs.lxc.idMap, { node: found.node, vmid, has: found.config });
    const doubts = await checkNames(pve, inputs, state);
    await checkRights(pve, updateUses(inputs, vmid), doubts);
    const wanted = newAddresses(inputs, found.config.all);
    const own = { vmid, config: found.config.all, host: undefined };
    if (wanted.length > 0) {
        const host = await runningHost(pve, connection, { node: found.node, vmid }, found.config, mark.hostKeys);
        await refuseUsed({ pve, connection, node: found.node, log: ctx.log }, wanted, { ...own, host });
    }
    tenant.forget(id);
    const target: Omit<Target, "place"> = {
        pve,
        connection,
        inputs,
        hostname: hostnameOf(inputs),
        mark: { ...mark, key: ctx.urn, hostKeys: mark.hostKeys.length > 0 ? mark.hostKeys : (state.hostKeys ?? []) },
        claim: nonce,
        fresh: state.ready !== true,
        templateVolume: state.templateVolume ?? "",
        moves: { to: wanted, from: found.config.net },
        tenant,
    };
    return follow(pve, { node: found.node, vmid }, (place) => converge(ctx, id, { ...target, place }, state));
}

/** The running gateway at its current address; undefined when it is stopped or unreachable. */
async function runningHost(
    pve: Pve,
    connection: Connection,
    place: Place,
    config: ContainerConfig,
    hostKeys: readonly string[],
): Promise<Host | undefined> {
    try {
        if (!(await readStatus(pve, place)).running) return undefined;
        const address = await guestAddress(pve, connection, place, config.all);
        return await guestHost(pve, connection, { ...place, address, hostKeys, fresh: false });
    } catch (error) {
        if (error instanceof PvesmbError) return undefined;
        throw error;
    }
}
