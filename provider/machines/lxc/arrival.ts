import { isKind, PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import type { Host } from "../../hosts";
import type { Pve } from "../../proxmox/client/client";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import type { Place } from "../../proxmox/lxc/container";
import { editConfig } from "../../proxmox/lxc/edit";
import { stopContainer } from "../../proxmox/lxc/power";
import { net } from "../../proxmox/values/property-string";
import { unreached } from "./free-address";
import type { Wanted } from "./free-address";
import { awaitHost } from "./identity";

/** A guest that just got its addresses. */
export interface Arriving {
    pve: Pve;
    place: Place;
    /** Setup has not finished before: trust the first SSH contact, restart Samba. */
    fresh: boolean;
    /** The addresses that this update assigns, and the previous interfaces. */
    moves?: { to: readonly Wanted[]; from: Record<number, string> };
}

/**
 * Waits until the guest answers at its address. Otherwise restores the old interfaces or stops a fresh guest, because a duplicate address
 * harms both machines.
 */
export async function arrive(
    { pve, place, moves, fresh }: Arriving,
    config: ContainerConfig,
    host: Host,
    { deadline, log }: Pick<Context<unknown>, "deadline" | "log">,
): Promise<void> {
    const moved = moves !== undefined && moves.to.length > 0 && !fresh;
    try {
        // Keep half of the time for restoring the old interfaces.
        await awaitHost(host, moved ? pve.within(deadline.atMost(Math.min(60_000, deadline.left / 2))) : pve, place, config.all, log);
    } catch (error) {
        if (moved && isKind(error, "HostKeyMismatch", "Conflict", "Unreachable", "Timeout")) {
            const before = await takeBack(pve, place, moves.from);
            throw unreached(error, moves.to, `CT ${place.vmid} has its interfaces back as they were (${before})`);
        }
        if (!fresh || !isKind(error, "HostKeyMismatch", "Conflict")) throw error;
        await stopContainer(pve, place);
        await editConfig(pve, place, ({ onboot }) => (onboot ? { set: { onboot: 0 } } : undefined));
        throw new PvesmbError(
            "Conflict",
            `network.address belongs to another machine: ${host.name} is not CT ${place.vmid}; nothing was changed there, and CT ${place.vmid} is stopped again and does not start by itself. Choose a free address (${error.message})`,
            { property: "network.address" },
        );
    }
}

/** Restores a guest's interfaces; returns where it answers then, for the message. */
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
