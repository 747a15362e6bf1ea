/** A VM's disks, which in this lab are names with sizes (qemu-server PVE/API2/Qemu.pm: create_disks). */
import { badParameters, died } from "../../pve/errors";
import type { Values } from "../../pve/guest-config";
import { formatSize, gibibytes } from "../../pve/size";
import { parseNewVolume, parseVolumeId, volumeName } from "../../pve/volume-id";
import type { Guest } from "../cluster";
import type { Lab } from "../lab";
import type { Task } from "../tasks";
import { cloudInitStorage, driveKeys } from "./keys";

function put(lab: Lab, guest: Guest, storage: string, name: string, bytes: number): string {
    lab.storages.putOnPaper(`${storage}:${name}`, guest.node, bytes);
    return `${storage}:${name}`;
}

async function newDisk(lab: Lab, guest: Guest, storage: string, format: string, bytes: number): Promise<string> {
    const config = lab.storages.enabled(storage, guest.node);
    if (!lab.storages.holds(config, "images")) throw badParameters({ storage: `storage '${storage}' does not support vm images` });
    const name = await lab.storages.freeName(storage, guest.node, guest.vmid, config.type === "zfspool" ? "raw" : format);
    return put(lab, guest, storage, name, bytes);
}

async function sourceSize(lab: Lab, guest: Guest, source: string): Promise<number> {
    if (!parseVolumeId(source)) throw died(`can't find file '${source}'`);
    const { parsed } = lab.storages.volume(source, guest.node);
    const size = await lab.storages.size(source, guest.node);
    if (size !== undefined) return size;
    if (parsed.content !== "images") throw died(`failed to stat '${lab.storages.path(source)}'`);
    throw died(`cannot import from '${source}' - could not get size of ${source}`);
}

/** The cloud-init drive is made from the config; a missing custom file shows here (and only here). */
export async function checkCustomFiles(lab: Lab, node: string, values: Values): Promise<void> {
    for (const part of (values["cicustom"] ?? "").split(",").filter((entry) => entry !== "")) {
        const volid = part.split("=")[1] ?? "";
        if ((await lab.storages.size(volid, node)) === undefined) throw died(`volume '${volid}' does not exist`);
    }
}

/** The final value of a drive; new disks are noted in `made`. */
export async function realizeDrive(
    lab: Lab,
    guest: Guest,
    key: string,
    value: string,
    custom: Values,
    made: string[],
    task?: Task,
): Promise<string> {
    const { "import-from": source, ...parts } = lab.qemu.parse(key, value);
    const volume = parts["file"] ?? "";
    if (volume === "none" || volume === "cdrom") return lab.qemu.print(key, parts);
    const ciStorage = cloudInitStorage(volume);
    if (ciStorage !== undefined) {
        const config = lab.storages.enabled(ciStorage, guest.node);
        await checkCustomFiles(lab, guest.node, custom);
        const volid = put(
            lab,
            guest,
            ciStorage,
            volumeName(config.type, guest.vmid, "cloudinit", config.type === "zfspool" ? "raw" : (parts["format"] ?? "qcow2")),
            4 * 1024 ** 2,
        );
        made.push(volid);
        return lab.qemu.print(key, { file: volid, media: "cdrom" });
    }
    const fresh = parseNewVolume(volume);
    if (fresh) {
        const bytes = source === undefined ? gibibytes(fresh.gib) : await sourceSize(lab, guest, source);
        const { format, ...kept } = parts;
        const volid = await newDisk(lab, guest, fresh.storage ?? "local", format ?? "raw", key === "efidisk0" ? 540_672 : bytes);
        made.push(volid);
        const final = lab.qemu.print(key, { ...kept, file: volid, size: formatSize(key === "efidisk0" ? 540_672 : bytes) });
        task?.log(`${key}: successfully created disk '${final}'`);
        return final;
    }
    if (!parseVolumeId(volume)) throw died(`volume ${volume} does not exist`);
    const size = await lab.storages.size(volume, guest.node);
    if (size === undefined) throw died(`volume '${volume}' does not exist`);
    return lab.qemu.print(key, parts["media"] === "cdrom" ? parts : { ...parts, size: formatSize(size) });
}

/** Template volumes are called base-; a clone of them names both. */
export function toBase(lab: Lab, guest: Guest): void {
    for (const key of driveKeys(guest.config.values)) {
        const parts = lab.qemu.parse(key, guest.config.values[key] ?? "");
        const id = parseVolumeId(parts["file"] ?? "");
        if (!id || parts["media"] === "cdrom") continue;
        const { config, parsed } = lab.storages.volume(parts["file"] ?? "", guest.node);
        const name = volumeName(config.type, guest.vmid, /disk-\d+/.exec(parsed.file)?.[0] ?? "disk-0", parsed.format, true);
        lab.storages.renameOnPaper(parts["file"] ?? "", `${id.storage}:${name}`, guest.node);
        guest.config.values[key] = lab.qemu.print(key, { ...parts, file: `${id.storage}:${name}` });
    }
    guest.config.values["template"] = "1";
}

/** A volume that a linked clone still stands on. */
export async function usedBase(lab: Lab, guest: Guest): Promise<string | undefined> {
    for (const key of driveKeys(guest.config.values)) {
        const volid = lab.qemu.parse(key, guest.config.values[key] ?? "")["file"] ?? "";
        const id = parseVolumeId(volid);
        if (!id || !lab.storages.volume(volid, guest.node).parsed.isBase) continue;
        const images = await lab.storages.images(id.storage, guest.node);
        if (images.some((image) => image.parsed.base === id.name)) return volid;
    }
    return undefined;
}
