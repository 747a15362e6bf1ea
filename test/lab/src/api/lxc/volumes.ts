/** A container's volumes: made from `<storage>:<GiB>`, counted, kept as unusedN, destroyed (pve-container LXC.pm, LXC/Config.pm). */
import { died } from "../../pve/errors";
import { formatSize, gibibytes } from "../../pve/size";
import { parseNewVolume } from "../../pve/volume-id";
import type { Guest } from "../cluster";
import type { Lab } from "../lab";
import { isMountKey, mountKeys } from "./keys";

/** A zfspool volume is a subvol; on directories a sized volume is a raw image and an unsized one a plain directory. */
function formatFor(type: string, bytes: number): string {
    return type === "zfspool" || bytes === 0 ? "subvol" : "raw";
}

/** The config value of a mount point after its volume was made (if it asked for a new one) or measured. Bind mounts stay as they are. */
export async function realizeMount(
    lab: Lab,
    guest: Pick<Guest, "vmid" | "node">,
    key: string,
    value: string,
    unprivileged: boolean,
    made: string[],
): Promise<string> {
    const mount = lab.lxc.mount(key, value);
    if (mount.kind !== "volume") return lab.lxc.print(key, mount.parts);
    const fresh = parseNewVolume(mount.volume);
    if (fresh) {
        const storage = fresh.storage ?? "local";
        const config = lab.storages.enabled(storage, guest.node);
        const bytes = gibibytes(fresh.gib);
        const volid = await lab.storages.allocate(storage, guest.node, guest.vmid, formatFor(config.type, bytes), bytes, unprivileged);
        made.push(volid);
        return lab.lxc.print(key, { ...mount.parts, volume: volid, size: formatSize(bytes) });
    }
    const size = await lab.storages.size(mount.volume, guest.node);
    if (size === undefined) throw died(`volume '${mount.volume}' does not exist`);
    return lab.lxc.print(key, { ...mount.parts, size: formatSize(size) });
}

/** Writes the volumes' true sizes into the active config: `pct rescan` (pve-container LXC.pm: update_disksize). */
export async function rescanSizes(lab: Lab, guest: Guest): Promise<void> {
    const { values } = guest.config;
    for (const key of mountKeys(values)) {
        const mount = lab.lxc.mount(key, values[key] ?? "");
        const size = mount.kind === "volume" ? await lab.storages.size(mount.volume, guest.node) : undefined;
        if (size !== undefined) values[key] = lab.lxc.print(key, { ...mount.parts, size: formatSize(size) });
    }
}

/** Does the active config, the pending one or a snapshot still name the volume? `except` is a key not to count. */
export function isVolumeInUse(guest: Guest, volid: string, except?: string): boolean {
    const names = (values: Record<string, string>): boolean =>
        Object.entries(values).some(([key, value]) => key !== except && isMountKey(key) && value.split(",")[0] === volid);
    return names(guest.config.values) || names(guest.config.pending) || Object.values(guest.config.snapshots).some(names);
}

/** Keeps a volume that lost its mount point under the first free unusedN. */
export function addUnused(guest: Guest, volid: string): void {
    const values = guest.config.values;
    if (Object.entries(values).some(([key, value]) => /^unused\d+$/.test(key) && value === volid)) return;
    let index = 0;
    while (values[`unused${index}`] !== undefined) index++;
    values[`unused${index}`] = volid;
}

/** A volume that got a mount point is no longer unused (write_pct_config). */
export function dropUnused(guest: Guest, volid: string): void {
    const values = guest.config.values;
    for (const [key, value] of Object.entries(values)) if (/^unused\d+$/.test(key) && value === volid) delete values[key];
}

/** Destroys a volume if it is this guest's own (PVE never destroys another guest's volume here). */
export async function destroyVolume(lab: Lab, guest: Guest, volid: string): Promise<void> {
    if (lab.storages.isOwn(volid, guest.vmid)) await lab.storages.remove(volid, guest.node);
}

/** Every volume the config names: mount points (pending and snapshots too) and unusedN. */
export function volumesOf(lab: Lab, guest: Guest): string[] {
    const found = new Set<string>();
    for (const values of [guest.config.values, guest.config.pending, ...Object.values(guest.config.snapshots)]) {
        for (const key of mountKeys(values)) {
            const mount = lab.lxc.mount(key, values[key] ?? "");
            if (mount.kind === "volume" && !lab.lxc.isNew(mount.volume)) found.add(mount.volume);
        }
        for (const [key, value] of Object.entries(values)) if (/^unused\d+$/.test(key)) found.add(value);
    }
    return [...found];
}
