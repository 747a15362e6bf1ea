import type { Log } from "../../base/log";
import type { ContainerInputs } from "../../model";
import { bytesOf } from "../../model/size";
import type { Pve } from "../../proxmox/client/client";
import { readConfig, readPending } from "../../proxmox/lxc/container";
import type { Place } from "../../proxmox/lxc/container";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import { editConfig } from "../../proxmox/lxc/edit";
import { sized } from "../../proxmox/lxc/sized";
import { shutdownContainer } from "../../proxmox/lxc/power";
import { configChanges, DATA_MOUNT, dataMountText, text, volumeId, volumeSize } from "./config";
import { growVolume } from "./growth";
import { withMark } from "../mark";
import type { Mark } from "../mark";
import type { MarkKeys } from "../mark-keys";

/** The mark for the notes, and the keys that sign it. */
export interface Notes {
    mark: Mark;
    keys: MarkKeys;
}

/**
 * Converges the guest's configuration in PVE, including the mark, by one read-modify-write, then grows volumes. Returns the resulting
 * configuration.
 */
export async function applySettings(
    pve: Pve,
    place: Place,
    inputs: ContainerInputs,
    hostname: string,
    notes: Notes,
): Promise<ContainerConfig> {
    const description = withMark(inputs.description, notes.mark, notes.keys);
    // Grow volumes first: a pending change of a volume would keep the old size.
    const before = await readConfig(pve, place, "active");
    await growAll(pve, place, inputs, before);
    const config = await editConfig(pve, place, async (found) => {
        const active = (await readConfig(pve, place, "active")).mp[0];
        const mount = found.mp[0] === undefined ? undefined : sized(found.mp[0], active);
        const { set, remove } = configChanges(inputs, hostname, mount === undefined ? found.all : { ...found.all, [DATA_MOUNT]: mount });
        if (mount !== undefined && mount !== found.mp[0]) set[DATA_MOUNT] ??= mount;
        if (inputs.data !== undefined && inputs.data.bind === undefined && mount === undefined)
            set[DATA_MOUNT] = dataMountText(inputs.data);
        if ((found.description ?? "").trim() !== description) set["description"] = description;
        return Object.keys(set).length + remove.length === 0 ? undefined : { set, delete: remove };
    });
    // A volume attached just now may be smaller than requested.
    if (before.mp[0] === undefined && (await growAll(pve, place, inputs, config))) return readConfig(pve, place);
    return config;
}

async function growAll(pve: Pve, place: Place, inputs: ContainerInputs, config: ContainerConfig): Promise<boolean> {
    const root = await grow(pve, place, config, "rootfs", { property: "lxc.rootfs.size", size: inputs.lxc.rootfs.size });
    if (inputs.data?.size === undefined) return root;
    return (await grow(pve, place, config, DATA_MOUNT, { property: "data.size", size: inputs.data.size })) || root;
}

async function grow(
    pve: Pve,
    place: Place,
    config: ContainerConfig,
    disk: string,
    { property, size }: { property: string; size: string },
): Promise<boolean> {
    const value = text(config.all, disk);
    const [from, volume] = [volumeSize(value), volumeId(value)];
    if (from === undefined || volume === undefined || from >= bytesOf(size)) return false;
    await growVolume(pve, place, { property, disk, volume, from, to: bytesOf(size) });
    return true;
}

/** Handles changes that wait for a restart: with `allowRestart` shuts the container down here (its start follows), otherwise warns. */
export async function settlePending(pve: Pve, place: Place, inputs: ContainerInputs, log: Log): Promise<void> {
    const pending = (await readPending(pve, place)).map(({ key }) => key);
    if (pending.length === 0) return;
    if (inputs.allowRestart) {
        log.info(`restarting CT ${place.vmid} for ${pending.join(", ")}`);
        await shutdownContainer(pve, place);
    } else {
        log.warn(
            `CT ${place.vmid}: ${pending.join(", ")} will take effect at its next restart; set allowRestart: true to let pvesmb restart it`,
        );
    }
}
