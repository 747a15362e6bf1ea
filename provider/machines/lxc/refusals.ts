import { PvesmbError } from "../../base/errors";
import type { ContainerInputs } from "../../model";
import { bytesOf, formatSize } from "../../model/size";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import { DATA_MOUNT, text, volumeSize } from "./config";

/** Refuses changes that would lose data or that PVE cannot make, before anything is changed. */
export function refuseLosses(inputs: ContainerInputs, config: ContainerConfig, before: Pick<ContainerInputs, "data">): void {
    refuseShrink("lxc.rootfs.size", inputs.lxc.rootfs.size, volumeSize(text(config.all, "rootfs")), "gateway");
    const mount = text(config.all, DATA_MOUNT);
    if (mount !== undefined && inputs.data === undefined)
        throw new PvesmbError(
            "InvalidInput",
            `data: the gateway has a data volume (${mount.split(",")[0]}); without \`data\` its files would be lost. Restore \`data\`; to keep the files elsewhere, move the volume to another container (pct move-volume) first`,
            { property: "data" },
        );
    const storage = inputs.data?.storage;
    if (storage !== undefined && mount !== undefined && storage !== before.data?.storage && !mount.startsWith(`${storage}:`))
        throw new PvesmbError(
            "InvalidInput",
            `data.storage: the files are in the volume ${mount.split(",")[0]}; set the storage of that volume instead of ${storage}, or move the volume there first (pct move-volume, with the container stopped)`,
            { property: "data.storage" },
        );
    if (inputs.data?.size !== undefined) refuseShrink("data.size", inputs.data.size, volumeSize(mount), "gateway");
}

/** `instead`: the resource to create anew when the volume must be smaller. */
export function refuseShrink(property: string, wanted: string, current: number | undefined, instead: "gateway" | "share"): void {
    if (current !== undefined && bytesOf(wanted) < current)
        throw new PvesmbError(
            "InvalidInput",
            `${property}: Proxmox VE cannot shrink a volume (it has ${formatSize(current)}, requested: ${wanted}); keep the size, or create a new ${instead} and copy the files`,
            { property },
        );
}
