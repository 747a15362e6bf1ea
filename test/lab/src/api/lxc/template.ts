import { parseVolumeId, volumeName } from "../../pve/volume-id";
import type { Guest } from "../cluster";
import type { Lab } from "../lab";
import { mountKeys } from "./keys";

/** Turns a container into a template: its volumes become base volumes. */
export async function makeTemplate(lab: Lab, guest: Guest): Promise<void> {
    for (const key of mountKeys(guest.config.values)) {
        const mount = lab.lxc.mount(key, guest.config.values[key] ?? "");
        const id = parseVolumeId(mount.volume);
        if (mount.kind !== "volume" || !id) continue;
        const { config, parsed, ref } = lab.storages.volume(mount.volume, guest.node);
        const disk = /disk-\d+/.exec(parsed.file)?.[0] ?? "disk-0";
        const name = volumeName(config.type, guest.vmid, disk, parsed.format, true);
        await lab.machine.renameVolume(ref, name);
        guest.config.values[key] = lab.lxc.print(key, { ...mount.parts, volume: `${id.storage}:${name}` });
    }
    guest.config.values["template"] = "1";
}
