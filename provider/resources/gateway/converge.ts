import type { Connection } from "../../base/connection";
import { isKind, PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import { rememberPins } from "../../base/pins";
import type { Host } from "../../hosts";
import { gatewayModel } from "../../model";
import type { GatewayInputs } from "../../model";
import { consequencesOf } from "../../model/consequences";
import type { Pve } from "../../proxmox/client/client";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import { readStatus } from "../../proxmox/lxc/container";
import type { Place } from "../../proxmox/lxc/container";
import { editConfig } from "../../proxmox/lxc/edit";
import { shutdownContainer, startContainer, stopContainer } from "../../proxmox/lxc/power";
import { net } from "../../proxmox/values/property-string";
import { uncOf } from "../../samba/unc";
import { awaitAddress, staticAddress } from "./address";
import { DATA_MOUNT, text, volumeId } from "./config";
import { ensureBind } from "./bind";
import { withOwnVolume } from "./given-volume";
import { unreached } from "./free-address";
import type { Wanted } from "./free-address";
import { LEASE, now } from "./guest";
import { applySettings, settlePending } from "./guest-settings";
import type { GatewayState, Outputs } from "./handler";
import { withMark } from "./mark";
import type { Mark } from "./mark";
import { markKeys } from "./mark-keys";
import { hostKeysOn } from "./proof";
import { guestHost } from "./reach";
import { keepGateway, workshop } from "./session";
import { awaitHost, configureSamba, installSamba } from "./setup";

/** A guest that exists, and what it shall be. */
export interface Target {
    pve: Pve;
    connection: Connection;
    place: Place;
    inputs: GatewayInputs;
    hostname: string;
    mark: Mark;
    /** What the host's own mark must contain if it has one. */
    claim: string;
    /** Never finished so far: the first SSH contact is trusted, Samba is started anew. */
    fresh: boolean;
    templateVolume: string;
    /** Addresses that this update gives it, and its interfaces so far. */
    moves?: { to: readonly Wanted[]; from: Record<number, string> };
}

/** The steps that create and update share: settings, volumes, power, Samba, mark. Each looks first and changes only what differs. */
export async function converge(ctx: Context<Outputs>, id: string, target: Target, before: Partial<GatewayState>): Promise<Outputs> {
    const { pve, place, hostname } = target;
    const inputs = await withOwnVolume(pve, place, target.inputs, before);
    const keys = markKeys(target.connection);
    // One that was finished (adopted, or made stopped) is not half-made again: its volumes may hold data.
    const half = target.fresh && target.mark.phase === "creating";
    const working: Mark = half ? { ...target.mark, lease: now() + LEASE } : target.mark;
    let config = await applySettings(pve, place, inputs, hostname, { mark: working, keys });
    if (inputs.data?.bind !== undefined) config = await ensureBind(pve, target.connection, place, inputs.data.bind);
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

    // A gateway that was created stopped has no Samba yet: it stays unfinished, its first start sets it up.
    const done = facts.sambaVersion !== undefined;
    const final: Mark = { ...target.mark, phase: "ready", lease: 0, hostKeys: facts.hostKeys, openSize: opensSize(inputs) };
    config = await applySettings(pve, place, inputs, hostname, { mark: final, keys });
    rememberPins(id, facts.hostKeys);
    return {
        vmid: place.vmid,
        nonce: target.mark.nonce,
        currentNode: place.node,
        templateVolume: target.templateVolume,
        dataVolume: volumeId(text(config.all, DATA_MOUNT)),
        hostKeys: facts.hostKeys,
        address: facts.address,
        sambaVersion: facts.sambaVersion,
        unc: uncOf(facts.address),
        ready: done,
    };
}

const opensSize = ({ data }: GatewayInputs): true | undefined =>
    data !== undefined && data.bind === undefined && data.size === undefined ? true : undefined;

type Facts = Pick<Outputs, "address" | "sambaVersion"> & { hostKeys: string[] };

/** The part that happens on the running guest. */
async function serve(
    ctx: Context<Outputs>,
    id: string,
    target: Target,
    config: ContainerConfig,
    before: Partial<GatewayState>,
): Promise<Facts> {
    const { pve, place, inputs, hostname, mark } = target;
    const address = await awaitAddress(pve, place, config.all);
    const to = { ...place, address, fresh: target.fresh };
    const first = await guestHost(pve, target.connection, { ...to, hostKeys: mark.hostKeys });
    await reach(ctx, target, config, first);
    if (mark.hostKeys.length === 0) await pin(ctx, id, target, first);
    const host = await guestHost(pve, target.connection, { ...to, hostKeys: mark.hostKeys });
    const sambaVersion = await installSamba(host, inputs, ctx.deadline, ctx.log);
    const shop = workshop(host, mark.nonce);
    const hostKeys = await configureSamba(
        shop,
        inputs,
        hostname,
        { key: mark.key, nonce: mark.nonce },
        {
            claim: target.claim,
            restart: target.fresh || restarts(before, inputs),
            deadline: ctx.deadline,
            sambaVersion,
        },
    );
    keepGateway(id, { state: "ready", place, address, config, workshop: shop });
    return { address, sambaVersion, hostKeys };
}

/** Waits for the guest where it is to answer. An address that leads elsewhere is taken back: two machines that have one are of no use to anybody. */
async function reach(ctx: Context<Outputs>, target: Target, config: ContainerConfig, host: Host): Promise<void> {
    const { pve, place, moves } = target;
    const moved = moves !== undefined && moves.to.length > 0 && !target.fresh;
    try {
        // What it was reached at before is given back in the time that is left.
        await awaitHost(
            host,
            moved ? pve.within(ctx.deadline.atMost(Math.min(60_000, ctx.deadline.left / 2))) : pve,
            place,
            config.all,
            ctx.log,
        );
    } catch (error) {
        if (moved && isKind(error, "HostKeyMismatch", "Conflict", "Unreachable", "Timeout")) {
            const before = await takeBack(pve, place, moves.from);
            throw unreached(error, moves.to, `CT ${place.vmid} has its interfaces back as they were (${before})`);
        }
        if (!target.fresh || !isKind(error, "HostKeyMismatch", "Conflict")) throw error;
        await stopContainer(pve, place);
        await editConfig(pve, place, ({ onboot }) => (onboot ? { set: { onboot: 0 } } : undefined));
        throw new PvesmbError(
            "Conflict",
            `network.address is another machine's: behind ${host.name} is one with another SSH host key than CT ${place.vmid} has; nothing was done there, and CT ${place.vmid} is stopped again and does not start by itself. Choose a free address (${error.message})`,
            { property: "network.address" },
        );
    }
}

/** Gives a guest its interfaces back; says at which addresses it is then. */
async function takeBack(pve: Pve, place: Place, from: Record<number, string>): Promise<string> {
    await editConfig(pve, place, ({ net: now }) => {
        const set = Object.fromEntries(
            Object.entries(from).flatMap(([i, value]) => (now[Number(i)] === value ? [] : [[`net${i}`, value]])),
        );
        const added = Object.keys(now).flatMap((i) => (from[Number(i)] === undefined ? [`net${i}`] : []));
        return Object.keys(set).length + added.length === 0 ? undefined : { set, delete: added };
    });
    return Object.values(from)
        .flatMap((value) => [net.parse(value).ip, net.parse(value).ip6])
        .filter((each) => each !== undefined)
        .join(", ");
}

/** The first contact: the keys that the host has are those that it must have from now on, whatever becomes of the rest. */
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

const restarts = (before: Partial<GatewayInputs>, inputs: GatewayInputs): boolean =>
    consequencesOf(gatewayModel, before, inputs).some(({ consequence }) => consequence.effect === "restarts-smbd");

/** Renews the lease in the mark while work on a half-made guest goes on, so that no other create takes it for an orphan. */
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
