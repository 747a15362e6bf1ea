import type { Log } from "../../base/log";
import type { GatewayInputs } from "../../model";
import { bytesOf } from "../../model/size";
import type { Pve } from "../../proxmox/client/client";
import { readPending } from "../../proxmox/lxc/container";
import type { Place } from "../../proxmox/lxc/container";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import { editConfig } from "../../proxmox/lxc/edit";
import { resizeVolume } from "../../proxmox/lxc/resize";
import { shutdownContainer } from "../../proxmox/lxc/power";
import { configChanges, DATA_MOUNT, dataMountText, text, volumeSize } from "./config";
import { withMark } from "./mark";
import type { Mark } from "./mark";
import type { MarkKeys } from "./mark-keys";

/** The mark that belongs into the notes, and what signs it. */
export interface Notes {
    mark: Mark;
    keys: MarkKeys;
}

/**
 * Brings the guest's configuration in PVE to the inputs, the mark included, in one read-modify-write; then grows volumes. Gives the
 * configuration as it is afterwards.
 */
export async function applySettings(
    pve: Pve,
    place: Place,
    inputs: GatewayInputs,
    hostname: string,
    notes: Notes,
): Promise<ContainerConfig> {
    const description = withMark(inputs.description, notes.mark, notes.keys);
    const config = await editConfig(pve, place, (current) => {
        const { set, remove } = configChanges(inputs, hostname, current.all);
        if (inputs.data !== undefined && inputs.data.bind === undefined && current.mp[0] === undefined)
            set[DATA_MOUNT] = dataMountText(inputs.data);
        if ((current.description ?? "").trim() !== description) set["description"] = description;
        return Object.keys(set).length + remove.length === 0 ? undefined : { set, delete: remove };
    });
    const grown = [
        await grow(pve, place, config, "rootfs", inputs.lxc.rootfs.size),
        inputs.data?.size === undefined ? false : await grow(pve, place, config, DATA_MOUNT, inputs.data.size),
    ];
    return grown.includes(true) ? editConfig(pve, place, () => undefined) : config;
}

async function grow(pve: Pve, place: Place, config: ContainerConfig, disk: string, size: string): Promise<boolean> {
    const current = volumeSize(text(config.all, disk));
    if (current === undefined || current >= bytesOf(size)) return false;
    await resizeVolume(pve, place, disk, bytesOf(size));
    return true;
}

/** What a running container could not take over at once: with `allowRestart` it is shut down here (its start follows), else it is told. */
export async function settlePending(pve: Pve, place: Place, inputs: GatewayInputs, log: Log): Promise<void> {
    const pending = (await readPending(pve, place)).map(({ key }) => key);
    if (pending.length === 0) return;
    if (inputs.allowRestart) {
        log.info(`restarting CT ${place.vmid} for ${pending.join(", ")}`);
        await shutdownContainer(pve, place);
    } else {
        log.warn(
            `CT ${place.vmid}: ${pending.join(", ")} will take effect at its next restart; set allowRestart: true to have it restarted`,
        );
    }
}
