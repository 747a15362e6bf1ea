import type { ChangeContext } from "../../base/handler";
import { together } from "../../base/together";
import type { ContainerInputs } from "../../model";
import { knownPermissions } from "../../proxmox/access";
import { clusterOf } from "../pve";
import type { Pve } from "../../proxmox/client/client";
import { follow } from "../../proxmox/follow";
import { checkRights } from "../../rights/check";
import { reportTaken } from "./taken";
import { prepareBind } from "./bind";
import { newAddresses, refuseUsed } from "./free-address";
import { prepareIdMap } from "./id-map";
import { makeGuest } from "./guest";
import type { Made, Plan } from "./guest";
import { markKeys } from "../mark-keys";
import { checkNames } from "./names";
import { askGuest } from "./proof";
import { checkNode, publicKeyOf } from "../reach";
import { creationUses, holderOf } from "./rights";
import { formatId } from "../id";
import { fetchTemplate, findTemplate, type Template } from "./template";
import type { Outputs } from "../state";
import type { Tenant } from "../kind";
import { hostnameOf } from "./config";
import { converge } from "./converge";
import type { Target } from "./converge";

/** Makes a container and its gateway. `identity`: VMID and nonce from an earlier create that failed. */
export async function createContainerGateway(
    ctx: ChangeContext<Outputs>,
    inputs: ContainerInputs,
    tenant: Tenant,
    identity?: Plan["identity"],
): Promise<{ id: string; state: Outputs }> {
    const { connection, pve } = clusterOf(ctx, inputs.connection);
    const ownKey = publicKeyOf(connection);
    const [found] = await together(allowedTemplate(pve, ctx.urn, inputs, identity), checkNode(pve, connection, inputs.node));
    await prepareBind(pve, connection, inputs, ctx.log);
    const template = await fetchTemplate(pve, inputs.node, found, ctx.log);
    const plan: Plan = {
        inputs,
        key: ctx.urn,
        hostname: hostnameOf(inputs),
        template,
        identity,
        keys: markKeys(connection),
        free: async () => {
            const used = refuseUsed({ pve, connection, node: inputs.node, log: ctx.log }, newAddresses(inputs));
            await together(used, prepareIdMap(pve, connection, inputs.lxc.idMap, inputs));
        },
        ask: (place, config, nonce) => askGuest(pve, connection, place, config, { nonce, hostKeys: [], lenient: true }),
        publicKeys: [...new Set([...(ownKey === undefined ? [] : [ownKey]), ...inputs.sshPublicKeys.map((line) => line.trim())])],
    };
    // The id keeps the node of creation; with `identity` it stays the same on any node.
    const idOf = (made: Made): string => formatId({ node: inputs.node, vmid: made.vmid, nonce: made.mark.nonce });
    const stateOf = (made: Made): Outputs => ({
        vmid: made.vmid,
        nonce: made.mark.nonce,
        currentNode: made.node,
        templateVolume: template,
        hostKeys: made.mark.hostKeys,
        // A finished guest that is adopted may hold data.
        ready: made.adopted && made.mark.phase === "ready",
    });
    const made = await makeGuest(pve, plan, ctx.log, (early) => ctx.checkpoint(idOf(early), stateOf(early)));
    const id = idOf(made);
    ctx.checkpoint(id, stateOf(made));
    if (made.adopted) await reportTaken(ctx.log, pve, made, inputs, () => tenant.drift(id));
    const target: Omit<Target, "place"> = {
        pve,
        connection,
        inputs,
        hostname: plan.hostname,
        mark: made.mark,
        claim: plan.key,
        fresh: true,
        templateVolume: template,
        tenant,
    };
    const state = await follow(pve, { node: made.node, vmid: made.vmid }, (place) =>
        converge(ctx, id, { ...target, place }, stateOf(made)),
    );
    return { id, state };
}

/** The template, after the checks of names and rights: the user sees all missing rights at once, before other faults. */
async function allowedTemplate(pve: Pve, urn: string, inputs: ContainerInputs, identity: Plan["identity"]): Promise<Template> {
    const search = findTemplate(pve, inputs);
    const names = checkNames(pve, inputs);
    const [found, holder] = await Promise.allSettled([search, holderOf(pve, inputs), knownPermissions(pve), names]);
    const doubts = await names;
    const settled = identity === undefined ? inputs : { ...inputs, vmid: identity.vmid };
    const findings = { template: settledOf(found), holder: settledOf(holder) };
    await checkRights(pve, creationUses(settled, urn, findings), doubts);
    return search;
}

const settledOf = <T>(result: PromiseSettledResult<T>): T | undefined => (result.status === "fulfilled" ? result.value : undefined);
