import type { Connection } from "../../base/connection";
import { PvesmbError } from "../../base/errors";
import type { Context, ResourceHandler } from "../../base/handler";
import { together } from "../../base/together";
import type { Host } from "../../hosts";
import type { GatewayInputs } from "../../model";
import { knownPermissions } from "../../proxmox/access";
import { pveClient } from "../../proxmox/client/client";
import type { Pve } from "../../proxmox/client/client";
import { follow } from "../../proxmox/follow";
import { locateContainer } from "../../proxmox/locate";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import { readStatus } from "../../proxmox/lxc/container";
import type { Place } from "../../proxmox/lxc/container";
import { keyOf } from "../../gateway/given";
import { checkRights } from "../../rights/check";
import { guestAddress } from "../../machines/lxc/address";
import { tellTaken } from "./adopt";
import { prepareBind } from "../../machines/lxc/bind";
import { converge } from "./converge";
import type { Target } from "./converge";
import { newAddresses, refuseUsed } from "../../machines/lxc/free-address";
import { makeGuest } from "../../machines/lxc/guest";
import type { Made, Plan } from "../../machines/lxc/guest";
import { markKeys } from "../../machines/mark-keys";
import { checkNames } from "../../machines/lxc/names";
import { provedMark } from "../../machines/lxc/ownership";
import { askGuest } from "../../machines/lxc/proof";
import { checkNode, guestHost, publicKeyOf } from "../../machines/reach";
import { readGateway } from "./read";
import { refuseLosses } from "../../machines/lxc/refusals";
import { creationUses, holderOf, updateUses } from "../../machines/lxc/rights";
import { deleteGateway } from "./removal";
import { forgetGateway } from "../../gateway/session";
import { formatId, parseId } from "../../machines/id";
import { fetchTemplate, findTemplate, type Template } from "../../machines/lxc/template";
import type { Outputs } from "./types";

export const gatewayHandler: ResourceHandler<GatewayInputs, Outputs> = {
    create: (ctx, inputs) => create(ctx, inputs),

    read: (ctx, id, state) => readGateway(ctx, parseId(id), state),

    async update(ctx, id, state, inputs) {
        const { vmid, nonce } = parseId(id);
        const connection = ctx.connect(inputs.connection);
        const pve = pveClient(connection, ctx.log).within(ctx.deadline);
        const found = await locateContainer(pve, vmid, state.currentNode ?? inputs.node);
        if (found.state === "forbidden") throw found.error;
        // The guest of a create that failed in its task: there is nothing to converge, and the id names a guest that never was.
        if (found.state === "gone" && state.ready !== true) return (await create(ctx, inputs, { vmid, nonce })).state;
        if (found.state !== "found")
            throw new PvesmbError(
                "NotFound",
                `CT ${vmid} no longer exists; run \`pulumi refresh\`, then \`pulumi up\` to create the gateway again`,
            );
        const mark = await provedMark(pve, connection, { node: found.node, id: parseId(id), config: found.config }, state);
        refuseLosses(inputs, found.config, state);
        const doubts = await checkNames(pve, inputs, state);
        await checkRights(pve, updateUses(inputs, vmid), doubts);
        const wanted = newAddresses(inputs, found.config.all);
        const own = { vmid, config: found.config.all, host: undefined };
        if (wanted.length > 0) {
            const host = await runningHost(pve, connection, { node: found.node, vmid }, found.config, mark.hostKeys);
            await refuseUsed({ pve, connection, node: found.node, log: ctx.log }, wanted, { ...own, host });
        }
        forgetGateway(id);
        const target: Omit<Target, "place"> = {
            pve,
            connection,
            inputs,
            hostname: hostnameOf(inputs),
            mark: { ...mark, key: keyOf(inputs), hostKeys: mark.hostKeys.length > 0 ? mark.hostKeys : (state.hostKeys ?? []) },
            claim: nonce,
            fresh: state.ready !== true,
            templateVolume: state.templateVolume ?? "",
            moves: { to: wanted, from: found.config.net },
        };
        return follow(pve, { node: found.node, vmid }, (place) => converge(ctx, id, { ...target, place }, state));
    },

    delete: (ctx, id, state) => deleteGateway(ctx, parseId(id), state),
};

async function create(ctx: Context<Outputs>, inputs: GatewayInputs, identity?: Plan["identity"]): Promise<{ id: string; state: Outputs }> {
    const connection = ctx.connect(inputs.connection);
    const pve = pveClient(connection, ctx.log).within(ctx.deadline);
    const ownKey = publicKeyOf(connection);
    const [found] = await together(allowedTemplate(pve, inputs, identity), checkNode(pve, connection, inputs.node));
    await prepareBind(pve, connection, inputs, ctx.log);
    const template = await fetchTemplate(pve, inputs.node, found, ctx.log);
    const plan: Plan = {
        inputs,
        key: keyOf(inputs),
        hostname: hostnameOf(inputs),
        template,
        identity,
        keys: markKeys(connection),
        free: () => refuseUsed({ pve, connection, node: inputs.node, log: ctx.log }, newAddresses(inputs)),
        ask: (place, config, nonce) => askGuest(pve, connection, place, config, { nonce, hostKeys: [], lenient: true }),
        publicKeys: [...new Set([...(ownKey === undefined ? [] : [ownKey]), ...inputs.sshPublicKeys])],
    };
    // The node is where the guest was made, for ever; a settled identity keeps its id, whatever node it is made on now.
    const idOf = (made: Made): string => formatId({ node: inputs.node, vmid: made.vmid, nonce: made.mark.nonce });
    const stateOf = (made: Made): Outputs => ({
        vmid: made.vmid,
        nonce: made.mark.nonce,
        currentNode: made.node,
        templateVolume: template,
        hostKeys: made.mark.hostKeys,
        // One that is taken over finished may hold data.
        ready: made.adopted && made.mark.phase === "ready",
    });
    const made = await makeGuest(pve, plan, ctx.log, (early) => ctx.checkpoint(idOf(early), stateOf(early)));
    const id = idOf(made);
    ctx.checkpoint(id, stateOf(made));
    if (made.adopted) await tellTaken(ctx, pve, made, inputs);
    const target: Omit<Target, "place"> = {
        pve,
        connection,
        inputs,
        hostname: plan.hostname,
        mark: made.mark,
        claim: plan.key,
        fresh: true,
        templateVolume: template,
    };
    const state = await follow(pve, { node: made.node, vmid: made.vmid }, (place) =>
        converge(ctx, id, { ...target, place }, stateOf(made)),
    );
    return { id, state };
}

/** A running gateway as it is reached now; undefined when it is not. */
async function runningHost(
    pve: Pve,
    connection: Connection,
    place: Place,
    config: ContainerConfig,
    hostKeys: readonly string[],
): Promise<Host | undefined> {
    try {
        if (!(await readStatus(pve, place)).running) return undefined;
        return await guestHost(pve, connection, { ...place, address: await guestAddress(pve, place, config.all), hostKeys, fresh: false });
    } catch (error) {
        if (error instanceof PvesmbError) return undefined;
        throw error;
    }
}

/** The template, once it is sure that everything after it is allowed: missing rights are told all at once, before what else is wrong but names. */
async function allowedTemplate(pve: Pve, inputs: GatewayInputs, identity: Plan["identity"]): Promise<Template> {
    const search = findTemplate(pve, inputs);
    const names = checkNames(pve, inputs);
    const [found, holder] = await Promise.allSettled([search, holderOf(pve, inputs), knownPermissions(pve), names]);
    const doubts = await names;
    const settled = identity === undefined ? inputs : { ...inputs, vmid: identity.vmid };
    const findings = { template: settledOf(found), holder: settledOf(holder) };
    await checkRights(pve, creationUses(settled, keyOf(inputs), findings), doubts);
    return search;
}

const settledOf = <T>(result: PromiseSettledResult<T>): T | undefined => (result.status === "fulfilled" ? result.value : undefined);

function hostnameOf(inputs: GatewayInputs): string {
    return inputs.hostname ?? "pvesmb";
}
