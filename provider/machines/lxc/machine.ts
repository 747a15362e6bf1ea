import { spots } from "../../model/permissions/feature";
import { follow } from "../../proxmox/follow";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import { readConfig } from "../../proxmox/lxc/container";
import type { Place } from "../../proxmox/lxc/container";
import type { Pve } from "../../proxmox/client/client";
import { checkRights } from "../../rights/check";
import type { Connection } from "../../base/connection";
import type { Caller, Machine, Volumes } from "../machine";
import { nodeSession } from "../nodes";
import { bindDataset, isPlugged } from "./dataset-mount";
import { refuseLag } from "./lag";
import { mountsOf } from "./mounts";
import { checkSpace } from "./preflight";
import { destroyVolume, ensureVolume, refuseMove } from "./share-volume";
import { checkResize, growStored, refuseShrink, rescan, shrinkVolume, storedSize } from "./volume-sizes";

/** A container as it was when it was found. */
export interface Facts {
    place: Place;
    address: string | undefined;
    config: ContainerConfig;
}

/** A Proxmox VE container as a gateway's machine. */
export function lxcMachine({ log }: Pick<Caller, "log">, pve: Pve, connection: Connection, { place, address, config }: Facts): Machine {
    const volumes: Volumes = {
        checkRights: (volume) =>
            checkRights(pve, [{ feature: "share-volume", scope: { guests: spots(`vms/${place.vmid}`), storage: spots(volume.storage) } }]),
        checkSpace: (volume) => checkSpace(pve, place.node, "volume", volume),
        ensure: (path, volume, before) => follow(pve, place, (at) => ensureVolume(pve, at, path, volume, before)),
        destroy: (volumeId, allowRestart) => follow(pve, place, (at) => destroyVolume(pve, at, volumeId, allowRestart, log)),
        refuseMove: (from, to) => refuseMove(pve, place, from, to),
        refuseLag: (all) => refuseLag(place, all),
        removalHint: ({ mountPoint }) =>
            `\`pct set ${place.vmid} --delete ${mountPoint}\` on ${place.node}, restart the container, \`zfs destroy\``,
        stored: ({ volume }) => storedSize(pve, place.node, volume),
        checkResize: ({ volume }) => checkResize(pve, place, volume),
        grow: ({ key, volume }, growth) => growStored(pve, place, { ...growth, disk: key, volume }),
        refuseShrink: ({ volume }, size) => refuseShrink(pve, place.node, volume, size),
        shrink: ({ volume }, bytes) => shrinkVolume(pve, connection, place, volume, bytes),
        rescan: () => rescan(pve, connection, place),
        resizeHint: () =>
            `Run \`pct rescan --vmid ${place.vmid}\` on ${place.node}, and resize2fs (or xfs_growfs) when the file system stayed behind`,
    };
    return {
        name: `CT ${place.vmid}`,
        address,
        hostname: config.hostname ?? "",
        mounts: mountsOf(config),
        readMounts: async () => mountsOf(await readConfig(pve, place)),
        volumes,
        below: {
            name: place.node,
            hostSession: () => nodeSession(pve, connection, place.node),
            isPlugged: (path) => isPlugged({ pve }, place, path),
            bind: (path, onNode) => bindDataset({ pve, connection }, place, path, onNode),
        },
    };
}
