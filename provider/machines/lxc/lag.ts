import { PvesmbError } from "../../base/errors";
import type { Place } from "../../proxmox/lxc/container";
import { growByHand } from "../../proxmox/lxc/resize";
import type { Sized } from "../machine";
import { fileSystemFault } from "../../quota/volume";

/** Subvolumes and bind mounts share the space of their pool, so a small file system there means nothing. */
const isImage = (volume: string | undefined): boolean => volume !== undefined && !volume.startsWith("/") && !/\bsubvol-/.test(volume);

/** Describes a file system that did not grow with its volume. */
export function lagOf({ property, volume, configured, fileSystem, before }: Sized): string | undefined {
    if (!isImage(volume) || configured === undefined || fileSystem === undefined) return undefined;
    const fault = fileSystemFault(configured, fileSystem, before);
    return fault === undefined ? undefined : `${property}: ${fault}`;
}

/** Throws for a size that exists only in Proxmox VE: clients do not get it. */
export function refuseLag(place: Place, all: readonly Sized[]): void {
    for (const each of all) {
        const lag = lagOf(each);
        if (lag !== undefined)
            throw new PvesmbError("RemoteFailed", `${lag} (${each.volume} of CT ${place.vmid}). ${growByHand(place, each.volume)}`, {
                property: each.property,
            });
    }
}
