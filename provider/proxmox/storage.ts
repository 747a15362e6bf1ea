import { isKind } from "../base/errors";
import type { Pve } from "./client/client";
import { route } from "./client/form";
import { flag, list, number, row, rows, text, type Row } from "./values/scalars";

export interface Storage {
    storage: string;
    /** `dir`, `zfspool`, `lvmthin`, ... */
    type: string;
    /** `rootdir`, `images`, `vztmpl`, ... */
    content: string[];
    enabled: boolean;
    active: boolean;
    shared: boolean;
    /** Bytes; absent when the storage does not answer. */
    total?: number;
    used?: number;
    available?: number;
}

export interface Volume {
    /** `local:101/vm-101-disk-0.raw` */
    volid: string;
    content: string;
    format: string;
    /** Bytes. */
    size: number;
    vmid?: number;
}

/** Storages of this node that the caller may see. */
export async function listStorages(pve: Pve, node: string, content?: string): Promise<Storage[]> {
    return rows(await pve.get(route`/nodes/${node}/storage`, { content })).map((entry) => storageOf(text(entry["storage"]) ?? "", entry));
}

/** InvalidInput when the storage does not exist, Denied without Datastore.Audit or .AllocateSpace on it. */
export async function readStorage(pve: Pve, node: string, storage: string): Promise<Storage> {
    return storageOf(storage, row(await pve.get(route`/nodes/${node}/storage/${storage}/status`)));
}

/** Files and volumes on a storage: all, of one kind (`vztmpl`, `rootdir`) or of one guest. */
export async function listVolumes(
    pve: Pve,
    node: string,
    storage: string,
    only: { content?: string; vmid?: number } = {},
): Promise<Volume[]> {
    return rows(await pve.get(route`/nodes/${node}/storage/${storage}/content`, { content: only.content, vmid: only.vmid })).map(
        (entry) => ({
            volid: text(entry["volid"]) ?? "",
            content: text(entry["content"]) ?? "",
            format: text(entry["format"]) ?? "",
            size: number(entry["size"]) ?? 0,
            vmid: number(entry["vmid"]),
        }),
    );
}

/** The storage in a volume id: `local-zfs` of `local-zfs:subvol-101-disk-0`. */
export const storageIdOf = (volid: string): string => volid.slice(0, volid.indexOf(":"));

/**
 * Whether a volume exists. Lists of container volumes do not tell: a volume without its container counts as an image (libpve-storage-perl
 * Plugin.pm, list_volumes) and is missing on a storage for containers only.
 */
export async function volumeExists(pve: Pve, node: string, volid: string): Promise<boolean> {
    const storage = storageIdOf(volid);
    try {
        await pve.get(route`/nodes/${node}/storage/${storage}/content/${volid}`);
        return true;
    } catch (error) {
        if (isKind(error, "Denied") || isKind(error, "Unreachable") || isKind(error, "Busy")) throw error;
        return false;
    }
}

function storageOf(storage: string, entry: Row): Storage {
    return {
        storage,
        type: text(entry["type"]) ?? "",
        content: list(entry["content"]),
        enabled: entry["enabled"] === undefined || flag(entry["enabled"]),
        active: flag(entry["active"]),
        shared: flag(entry["shared"]),
        total: number(entry["total"]),
        used: number(entry["used"]),
        available: number(entry["avail"]),
    };
}
