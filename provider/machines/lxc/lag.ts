import { PvesmbError } from "../../base/errors";
import type { Place } from "../../proxmox/lxc/container";
import { growByHand } from "../../proxmox/lxc/resize";
import type { Sized } from "../machine";
import { fileSystemFault } from "../../quota/volume";

/** What a storage has as a file system of its own shares its space with others: there, a small one says nothing. */
const isImage = (volume: string | undefined): boolean => volume !== undefined && !volume.startsWith("/") && !/\bsubvol-/.test(volume);

/** In words, when a file system did not follow its volume. */
export function lagOf({ property, volume, configured, fileSystem, before }: Sized): string | undefined {
    if (!isImage(volume) || configured === undefined || fileSystem === undefined) return undefined;
    const fault = fileSystemFault(configured, fileSystem, before);
    return fault === undefined ? undefined : `${property}: ${fault}`;
}

/** A size that is there in Proxmox VE's words only is none that a client sees. */
export function refuseLag(place: Place, all: readonly Sized[]): void {
    for (const each of all) {
        const lag = lagOf(each);
        if (lag !== undefined)
            throw new PvesmbError("RemoteFailed", `${lag} (${each.volume} of CT ${place.vmid}). ${growByHand(place, each.volume)}`, {
                property: each.property,
            });
    }
}
