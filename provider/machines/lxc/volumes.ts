import type { GatherResult } from "../../hosts";
import type { ContainerInputs } from "../../model";
import { DATA_ROOT } from "../../model/paths";
import { bytesOf } from "../../model/size";
import type { Sized } from "../machine";
import { DATA_MOUNT, text, volumeId, volumeSize } from "./config";
import type { GuestConfig } from "./config";

/** The gateway's own volumes, with their sizes in Proxmox VE and in the gateway. `before`: the previous inputs. */
export function volumesIn(config: GuestConfig, spaces: Partial<GatherResult["statvfs"]>, before: Partial<ContainerInputs>): Sized[] {
    const sized = (property: string, key: string, at: string, size: string | undefined): Sized => ({
        property,
        volume: volumeId(text(config, key)),
        configured: volumeSize(text(config, key)),
        fileSystem: spaces[at]?.total,
        ...(size === undefined ? {} : { before: bytesOf(size) }),
    });
    const data = config[DATA_MOUNT] === undefined ? [] : [sized("data.size", DATA_MOUNT, DATA_ROOT, before.data?.size)];
    return [sized("lxc.rootfs.size", "rootfs", "/", before.lxc?.rootfs.size), ...data];
}
