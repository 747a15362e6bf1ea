import type { Connection } from "../../base/connection";
import type { Context } from "../../base/handler";
import { rememberPins } from "../../base/pins";
import type { Host } from "../../hosts";
import type { ContainerInputs } from "../../model";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import { readStatus } from "../../proxmox/lxc/container";
import { editConfig } from "../../proxmox/lxc/edit";
import { shutdownContainer, startContainer } from "../../proxmox/lxc/power";
import { uncOf } from "../../samba/unc";
import { arrive } from "./arrival";
import type { Arriving } from "./arrival";
import { awaitAddress, staticAddress } from "./address";
import { DATA_MOUNT, text, volumeId } from "./config";
import { ensureBind } from "./bind";
import { restartForData } from "./data-mounted";
import { withOwnVolume } from "./given-volume";
import { LEASE, now } from "./guest";
import { ensureIdMap, restartForIds } from "./id-map";
import { applySettings, settlePending } from "./settings";
import type { ContainerState, Outputs } from "../state";
import { refuseLag } from "./lag";
import { volumesIn } from "./volumes";
import { withMark } from "../mark";
import type { Mark } from "../mark";
import { markKeys } from "../mark-keys";
import { hostKeysOn } from "./proof";
import type { Tenant } from "../kind";
import { foundContainer } from "./open";
import { guestHost } from "../reach";

/** An existing guest and its desired state. */
export interface Target extends Arriving {
    connection: Connection;
    inputs: ContainerInputs;
    hostname: string;
    mark: Mark;
    /** What the mark on the host must contain, if there is one. */
    claim: string;
    templateVolume: string;
    tenant: Tenant;
    /** It was restarted, to mount its data or for its ids; that is done only once. */
    restarted?: boolean;
}

/** The steps of create and update: settings, volumes, power, Samba, mark. Each changes only what differs. */
export async function converge(ctx: Context<Outputs>, id: string, target: Target, before: Partial<ContainerState>): Promise<Outputs> {
    const { pve, place, hostname } = target;
    const inputs = await withOwnVolume(pve, place, target.inputs, before);
    const keys = markKeys(target.connection);
    // A finished guest (adopted, or made stopped) does not go back to `creating`: its volumes may hold data.
    const half = target.fresh && target.mark.phase === "creating";
    const working: Mark = half ? { ...target.mark, lease: now() + LEASE } : target.mark;
    let config = await applySettings(pve, place, inputs, hostname, { mark: working, keys });
    if (inputs.data?.bind !== undefined) config = await ensureBind(pve, target.connection, place, inputs.data.bind);
    if (inputs.lxc.idMap !== undefined) config = await ensureIdMap(pve, target.connection, place, inputs.lxc.idMap);
    if (!target.fresh) await settlePending(pve, place, inputs, ctx.log);

    const status = await readStatus(pve, place);
    if (!inputs.started) {
        if (status.running) await shutdownContainer(pve, place);
    } else if (!status.running) {
        for (const warning of await startContainer(pve, place)) ctx.log.warn(`CT ${place.vmid}: ${warning}`);
    }
    const facts = inputs.started
        ? await withLease(target, working, () => serve(ctx, id, { ...target, mark: working }, config, before))
        : { address: staticAddress(config.all), hostKeys: target.mark.hostKeys, sambaVersion: before.sambaVersion };

    // A gateway created stopped has no Samba yet and stays unfinished until its first start.
    const done = facts.sambaVersion !== undefined;
    const final: Mark = { ...target.mark, phase: "ready", lease: 0, hostKeys: facts.hostKeys, openSize: opensSize(inputs) };
    config = await applySettings(pve, place, inputs, hostname, { mark: final, keys });
    rememberPins(id, facts.hostKeys);
    // Stopped and without a fixed address: use the host name.
    const address = facts.address ?? hostname;
    return {
        vmid: place.vmid,
        nonce: target.mark.nonce,
        currentNode: place.node,
        templateVolume: target.templateVolume,
        dataVolume: volumeId(text(config.all, DATA_MOUNT)),
        hostKeys: facts.hostKeys,
        address,
        sambaVersion: facts.sambaVersion,
        unc: uncOf(address),
        ready: done,
    };
}

const opensSize = ({ data }: ContainerInputs): true | undefined =>
    data !== undefined && data.bind === undefined && data.size === undefined ? true : undefined;

type Facts = Pick<Outputs, "address" | "sambaVersion"> & { hostKeys: string[] };

/** The steps on the running guest. */
async function serve(
    ctx: Context<Outputs>,
    id: string,
    target: Target,
    config: ContainerConfig,
    before: Partial<ContainerState>,
): Promise<Facts> {
    const { pve, place, hostname, mark, inputs } = target;
    const address = await awaitAddress(pve, target.connection, place, config.all);
    const to = { ...place, address, fresh: target.fresh };
    const first = await guestHost(pve, target.connection, { ...to, hostKeys: mark.hostKeys });
    await arrive(target, config, first, ctx);
    if (mark.hostKeys.length === 0) await pin(ctx, id, target, first);
    const host = await guestHost(pve, target.connection, { ...to, hostKeys: mark.hostKeys });
    const restart = { name: `CT ${place.vmid}`, allowRestart: inputs.allowRestart && !target.restarted };
    if (
        (await restartForData(host, config, restart, ctx.deadline, ctx.log)) ||
        (await restartForIds(host, inputs.lxc.idMap, restart, ctx.deadline, ctx.log))
    ) {
        await shutdownContainer(pve, place);
        await startContainer(pve, place);
        return serve(ctx, id, { ...target, moves: undefined, restarted: true }, config, before);
    }
    const { sambaVersion, hostKeys, spaces } = await target.tenant.serve({
        host,
        hostname,
        owner: { key: mark.key, nonce: mark.nonce },
        claim: target.claim,
        fresh: target.fresh,
    });
    refuseLag(place, volumesIn(config.all, spaces, before));
    target.tenant.keep(id, foundContainer({ place, address, config }, host, mark.nonce));
    return { address, sambaVersion, hostKeys };
}

/** First contact: stores the host's keys at once, so that they are required even if a later step fails. */
async function pin(
    ctx: Context<Outputs>,
    id: string,
    { pve, connection, place, inputs, mark, templateVolume }: Target,
    host: Host,
): Promise<void> {
    mark.hostKeys = await hostKeysOn(host, ctx.deadline);
    if (mark.hostKeys.length === 0) return;
    const { node: currentNode, vmid } = place;
    ctx.checkpoint(id, { vmid, nonce: mark.nonce, currentNode, templateVolume, hostKeys: mark.hostKeys, ready: false });
    const description = withMark(inputs.description, mark, markKeys(connection));
    await editConfig(pve, place, () => ({ set: { description } }));
}

/** Renews the lease in the mark while a half-made guest is being finished, so that no other create takes it for an orphan. */
async function withLease<T>(target: Target, mark: Mark, work: () => Promise<T>): Promise<T> {
    if (mark.phase !== "creating") return work();
    const keys = markKeys(target.connection);
    let running = true;
    const renew = (): Promise<unknown> =>
        editConfig(target.pve, target.place, () =>
            running ? { set: { description: withMark(target.inputs.description, { ...mark, lease: now() + LEASE }, keys) } } : undefined,
        ).catch(() => undefined); // A missed renewal matters only if the next one fails too.
    const timer = setInterval(() => void renew(), (LEASE * 1000) / 3);
    try {
        return await work();
    } finally {
        running = false;
        clearInterval(timer);
    }
}
