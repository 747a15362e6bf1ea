import { PvesmbError } from "../../base/errors";
import type { GatewayInputs } from "../../model";
import { bytesOf, formatSize } from "../../model/size";
import type { Pve } from "../../proxmox/client/client";
import { readStorage, volumeExists } from "../../proxmox/storage";
import type { Storage } from "../../proxmox/storage";

/** Thin storages: their free space does not limit the size of a new volume. */
const THIN = ["lvmthin", "zfspool", "rbd", "btrfs"];

/** Checks that the storages can hold the volumes, which PVE would check only during the create task. */
export async function checkStorages(pve: Pve, inputs: GatewayInputs): Promise<void> {
    const wanted = [{ property: "lxc.rootfs", storage: inputs.lxc.rootfs.storage, size: inputs.lxc.rootfs.size }];
    if (inputs.data?.storage !== undefined)
        wanted.push({ property: "data", storage: inputs.data.storage, size: inputs.data.size ?? inputs.data.initialSize ?? "0B" });
    await Promise.all([
        ...wanted.map(({ property, storage, size }) => checkSpace(pve, inputs.node, property, storage, size)),
        checkGivenVolume(pve, inputs),
    ]);
}

async function checkGivenVolume(pve: Pve, { node, data }: GatewayInputs): Promise<void> {
    const volume = data?.volume;
    if (volume === undefined) return;
    const storage = volume.slice(0, volume.indexOf(":"));
    const property = "data.volume";
    await storageOf(pve, node, property, storage);
    if (!(await volumeExists(pve, node, volume)))
        throw new PvesmbError(
            "InvalidInput",
            `${property}: ${storage} on ${node} has no volume ${volume}; \`pvesm list ${storage}\` on the node lists them`,
            { property },
        );
}

/** Throws InvalidInput with the property when a storage of the node cannot hold a new container volume of this size. */
export async function checkSpace(pve: Pve, node: string, property: string, storage: string, size: string): Promise<void> {
    const found = await storageOf(pve, node, `${property}.storage`, storage);
    if (!found.content.includes("rootdir"))
        throw new PvesmbError(
            "InvalidInput",
            `${property}.storage: ${storage} does not take container volumes; enable content "rootdir" on it or use another one`,
            { property },
        );
    if (!THIN.includes(found.type) && found.available !== undefined && found.available < bytesOf(size))
        throw new PvesmbError(
            "InvalidInput",
            `${property}.size: ${storage} on ${node} has ${formatSize(Math.floor(found.available / 2 ** 20) * 2 ** 20)} left, less than ${size}; make room or use another storage`,
            { property },
        );
}

async function storageOf(pve: Pve, node: string, property: string, storage: string): Promise<Storage> {
    return readStorage(pve, node, storage).catch((error: unknown) => {
        if (error instanceof PvesmbError && error.kind === "InvalidInput")
            throw new PvesmbError(
                "InvalidInput",
                `${property}: node ${node} has no storage ${storage}; \`pvesm status\` on the node lists them`,
                { property },
            );
        throw error;
    });
}
