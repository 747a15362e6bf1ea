import type { Pve } from "../proxmox/client/client";
import { listGuests } from "../proxmox/cluster";
import { follow } from "../proxmox/follow";
import { locateContainer } from "../proxmox/locate";
import type { Place } from "../proxmox/lxc/container";
import { deleteContainer } from "../proxmox/lxc/delete";
import { stopContainer } from "../proxmox/lxc/power";
import { checkRights } from "../rights/check";
import { now } from "./lxc/guest";
import { readClaim, readMark } from "./mark";
import type { Mark } from "./mark";
import type { MarkKeys } from "./mark-keys";
import { removalUses } from "./lxc/rights";

/** A guest with a mark of pvesmb. */
export interface Marked {
    node: string;
    vmid: number;
    hostname: string;
    mark: Mark;
    /** Volumes other than the root file system. */
    volumes: string[];
    /** A copy of another guest: its mark names another VMID. */
    copy: boolean;
    /** It may still be under creation. */
    busy: boolean;
    /** Signed by us. Anybody who may write a guest's notes can add an unsigned mark. */
    authentic: boolean;
}

/** All marked containers that the caller may see. */
export async function listMarked(pve: Pve, keys: MarkKeys): Promise<Marked[]> {
    const guests = (await listGuests(pve)).filter(({ type }) => type === "lxc");
    const found = await Promise.all(guests.map(({ vmid, node }) => locateContainer(pve, vmid, node)));
    return found.flatMap((each, i): Marked[] => {
        const vmid = guests[i]?.vmid ?? 0;
        if (each.state !== "found") return [];
        const { description } = each.config;
        const authentic = readMark(description, vmid, keys);
        const mark = authentic ?? readClaim(description).claim;
        if (mark === undefined) return [];
        const volumes = [...Object.values(each.config.mp), ...Object.values(each.config.unused)].map(
            (value) => value.split(",")[0] ?? value,
        );
        const busy = each.config.lock === "create" || (mark.phase === "creating" && mark.lease > now());
        const known = { node: each.node, vmid, hostname: each.config.hostname ?? "", mark, volumes };
        return [{ ...known, copy: mark.vmid !== vmid, busy, authentic: authentic !== undefined }];
    });
}

/** Marked guests whose nonce is in none of the given states. Copies do not belong to us. */
export function orphansOf(marked: readonly Marked[], nonces: ReadonlySet<string>): Marked[] {
    return marked.filter(({ mark, copy }) => !copy && !nonces.has(mark.nonce));
}

/** Stops and destroys an orphan with an authentic mark, if it is still the listed guest and nobody works on it. */
export async function removeOrphan(pve: Pve, orphan: Marked, keys: MarkKeys): Promise<void> {
    const still = async (): Promise<Place | undefined> => {
        const found = await locateContainer(pve, orphan.vmid, orphan.node);
        if (found.state !== "found") return undefined;
        const mark = readMark(found.config.description, orphan.vmid, keys);
        const same = mark?.nonce === orphan.mark.nonce && mark.lease === orphan.mark.lease;
        return same ? { node: found.node, vmid: orphan.vmid } : undefined;
    };
    const place = await still();
    if (place === undefined) return;
    await checkRights(pve, removalUses({}, orphan.vmid));
    await follow(pve, place, (at) => stopContainer(pve, at));
    await deleteContainer(pve, {}, still);
}
