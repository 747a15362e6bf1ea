import { isKind, PvesmbError } from "../../base/errors";
import { meant } from "../../base/nearest";
import type { ContainerInputs } from "../../model";
import { bytesOf } from "../../model/size";
import type { Pve } from "../../proxmox/client/client";
import { listStorages, readStorage, volumeExists } from "../../proxmox/storage";
import type { Storage } from "../../proxmox/storage";
import { roomFault } from "./room";

/** Checks that the storages can hold the volumes, which PVE would check only during the create task. */
export async function checkStorages(pve: Pve, inputs: ContainerInputs): Promise<void> {
    const { data } = inputs;
    await Promise.all([
        checkSpace(pve, inputs.node, "lxc.rootfs", inputs.lxc.rootfs),
        ...(data?.storage === undefined ? [] : [checkSpace(pve, inputs.node, "data", { ...data, storage: data.storage })]),
        checkGivenVolume(pve, inputs),
    ]);
}

async function checkGivenVolume(pve: Pve, { node, data }: ContainerInputs): Promise<void> {
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
export async function checkSpace(
    pve: Pve,
    node: string,
    property: string,
    { storage, size, initialSize }: { storage: string; size?: string; initialSize?: string },
): Promise<void> {
    const found = await storageOf(pve, node, `${property}.storage`, storage);
    if (!found.content.includes("rootdir"))
        throw new PvesmbError(
            "InvalidInput",
            `${property}.storage: ${storage} does not allow container volumes; enable content "rootdir" on it, or use another storage`,
            { property },
        );
    const wanted = size ?? initialSize ?? "0B";
    const fault = roomFault(found, bytesOf(wanted), wanted);
    if (fault !== undefined)
        throw new PvesmbError(
            "InvalidInput",
            `${property}.${size === undefined ? "initialSize" : "size"}: ${storage} on ${node} ${fault}; free up space or use another storage`,
            { property },
        );
}

async function storageOf(pve: Pve, node: string, property: string, storage: string): Promise<Storage> {
    return readStorage(pve, node, storage).catch(async (error: unknown) => {
        if (!isKind(error, "InvalidInput")) throw error;
        const seen = (await listStorages(pve, node)).map((each) => each.storage).sort();
        throw new PvesmbError(
            "InvalidInput",
            `${property}: node ${node} has no storage ${storage}${meant(storage, seen)} (available: ${seen.join(", ") || "none that you can see"})`,
            { property },
        );
    });
}
