import { isKind, messageOf, PvesmbError } from "../../base/errors";
import { formatSize } from "../../model/size";
import type { Pve } from "../../proxmox/client/client";
import type { Place } from "../../proxmox/lxc/container";
import { resizeVolume } from "../../proxmox/lxc/resize";
import { readStorage, storageIdOf } from "../../proxmox/storage";
import { roomFault } from "./room";

/** A volume that is to grow, in bytes; `disk` is its key in the container's configuration. `property`: the input that says so. */
export interface Growth {
    property: string;
    disk: string;
    volume: string;
    from: number;
    to: number;
}

/** Grows a volume, which Proxmox VE never undoes, so it is refused where the storage has no room for it. */
export async function growVolume(pve: Pve, place: Place, { property, disk, volume, from, to }: Growth): Promise<void> {
    const storage = storageIdOf(volume);
    const fault = roomFault(await readStorage(pve, place.node, storage), to - from);
    if (fault !== undefined)
        throw new PvesmbError(
            "InvalidInput",
            `${property}: ${storage} on ${place.node} ${fault}, by which ${volume} would grow; free up space, or set a smaller size`,
            { property },
        );
    try {
        await resizeVolume(pve, place, disk, to);
    } catch (error) {
        if (!isKind(error, "RemoteFailed")) throw error;
        throw new PvesmbError("RemoteFailed", `${property}: ${volume} could not grow to ${formatSize(to)}: ${messageOf(error)}`, {
            ...error.details,
            property,
        });
    }
}
