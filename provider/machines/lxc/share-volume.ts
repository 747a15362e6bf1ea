import { PvesmbError } from "../../base/errors";
import type { Log } from "../../base/log";
import type { ShareInputs } from "../../model";
import { bytesOf } from "../../model/size";
import type { Pve } from "../../proxmox/client/client";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import { readConfig, readStatus } from "../../proxmox/lxc/container";
import type { Place } from "../../proxmox/lxc/container";
import { editConfig } from "../../proxmox/lxc/edit";
import { shutdownContainer, startContainer } from "../../proxmox/lxc/power";
import { sized } from "../../proxmox/lxc/sized";
import { mountPoint } from "../../proxmox/values/property-string";
import { newVolume } from "../../proxmox/values/size";
import type { Mounted } from "../machine";
import { growVolume } from "./growth";
import { freeMountPoint, mountedAt, mountedIn } from "./mounts";
import { refuseShrink } from "./refusals";

/** Refuses a new path up front: a mount point cannot be renamed, and Proxmox VE cannot move one while the container runs. */
export async function refuseMove(pve: Pve, place: Place, from: string, to: string): Promise<void> {
    const mounted = mountedIn(await readConfig(pve, place), from);
    if (mounted !== undefined)
        throw new PvesmbError(
            "InvalidInput",
            `path: the share's volume is mounted at ${from} and stays there (${mounted.volumeId}, ${mounted.mountPoint} of CT ${place.vmid}); keep that path (\`name\` can change without it), or create a new share at ${to} and copy the files`,
            { property: "path" },
        );
}

/**
 * Mounts the share's volume at its path: the existing one (a recreated share finds its data), the detached one from the state, or a new one
 * plugged into the running container. Grows it if it is too small.
 */
export async function ensureVolume(
    pve: Pve,
    place: Place,
    path: string,
    volume: NonNullable<ShareInputs["volume"]>,
    { volumeId: known, volume: was }: { volumeId?: string; volume?: ShareInputs["volume"] } = {},
): Promise<Mounted & { size: number | undefined }> {
    const declared = volume.size === undefined ? undefined : bytesOf(volume.size);
    const config = await editConfig(pve, place, async (current) => {
        const active = await readConfig(pve, place, "active");
        const index = mountedAt(current, path) ?? mountedAt(active, path);
        if (index === undefined) {
            const volumeOf =
                known === undefined ? newVolume(volume.storage, declared ?? initialBytes(volume)) : unusedOr(current, known, path, place);
            const value = mountPoint.format({ volume: volumeOf, mp: path, backup: volume.backup });
            const free = freeMountPoint("volume", "use a directory of the data volume instead", current, active);
            return { set: { [`mp${free}`]: value } };
        }
        // It is removed only at the next restart: writing the active value again cancels that.
        const value = sized(current.mp[index] ?? active.mp[index] ?? "", active.mp[index]);
        // A volume moved in Proxmox VE stays where it is while the program still names the old storage.
        if (was?.storage !== volume.storage) refuseElsewhere(mountPoint.parse(value).volume ?? "", volume.storage, path);
        if (volume.size !== undefined) refuseShrink("volume.size", volume.size, mountPoint.parse(value).size, "share");
        const same = (mountPoint.parse(value).backup ?? false) === volume.backup;
        // Pending, and not because the mount point is taken: it could not be mounted, and writing it again makes Proxmox VE try again.
        const failed = active.mp[index] === undefined;
        if (same && value === current.mp[index] && !failed) return undefined;
        return { set: { [`mp${index}`]: same ? value : mountPoint.edit(value, { backup: volume.backup ? true : null }) } };
    });
    const index = mountedAt(config, path);
    const value = index === undefined ? undefined : config.mp[index];
    if (index === undefined || value === undefined)
        throw new PvesmbError("RemoteFailed", `the volume for ${path} is not in the configuration of CT ${place.vmid} after it was added`);
    const found = mountPoint.parse(sized(value, (await readConfig(pve, place, "active")).mp[index]));
    if (found.volume === undefined || isNewVolume(found.volume))
        throw new PvesmbError(
            "Conflict",
            `volume: Proxmox VE creates the volume for ${path} only at the next restart of CT ${place.vmid} (mp${index} is pending); restart the container, then run \`pulumi up\` again`,
            { property: "volume" },
        );
    const { volume: volumeName, size: from = 0 } = found;
    const grows = declared !== undefined && from < declared;
    if (grows) await growVolume(pve, place, { property: "volume.size", disk: `mp${index}`, volume: volumeName, from, to: declared });
    return { mountPoint: `mp${index}`, volumeId: found.volume, size: grows ? declared : found.size };
}

/** `tank:1` is a volume that does not exist yet; a pending mount point may have such a value. */
const isNewVolume = (volume: string): boolean => /^[^:/]+:\d+(\.\d+)?$/.test(volume);

function unusedOr(config: ContainerConfig, known: string, path: string, place: Place): string {
    if (Object.values(config.unused).includes(known)) return known;
    throw new PvesmbError(
        "Conflict",
        `volume: ${known}, the share's volume, is neither mounted at ${path} nor among the unused volumes of CT ${place.vmid}; nothing was changed, since a new volume would be empty. Attach the volume with the files yourself (on ${place.node}: pct set ${place.vmid} --mpN VOLUME,mp=${path}), then run \`pulumi up\` again`,
        { property: "volume" },
    );
}

/** The size for a share that leaves it to a Quota (docs/decisions/0010). */
const initialBytes = (volume: NonNullable<ShareInputs["volume"]>): number => bytesOf(volume.initialSize ?? "0B");

/** The kept volume is on another storage, and Proxmox VE cannot move it while the container runs. */
function refuseElsewhere(volumeId: string, storage: string, path: string): void {
    if (!volumeId.startsWith(`${storage}:`))
        throw new PvesmbError(
            "InvalidInput",
            `volume.storage: the files of ${path} are in the volume ${volumeId}; set the storage of that volume instead of ${storage}, move the volume there first (pct move-volume, with the container stopped), or create a new share at another path and copy the files`,
            { property: "volume.storage" },
        );
}

/**
 * Destroys a share's volume. Proxmox VE cannot unplug one from a running container: without `allowRestart` it stays until the next restart
 * and is an unused volume then.
 */
export async function destroyVolume(pve: Pve, place: Place, volumeId: string, allowRestart: boolean, log: Log): Promise<void> {
    const keyOf = (all: Record<number, string>, prefix: string): string | undefined => {
        const found = Object.entries(all).find(([, value]) => mountPoint.parse(value).volume === volumeId);
        return found && `${prefix}${found[0]}`;
    };
    const config = await editConfig(pve, place, (current) => {
        const key = keyOf(current.mp, "mp");
        return key === undefined ? undefined : { delete: [key] };
    });
    const active = await readConfig(pve, place, "active");
    if (keyOf(config.unused, "unused") === undefined && keyOf(active.mp, "mp") === undefined) {
        log.warn(`the volume ${volumeId} is no longer attached to CT ${place.vmid}: if it still exists, remove it in Proxmox VE`);
        return;
    }
    if (keyOf(active.mp, "mp") !== undefined && (await readStatus(pve, place)).running) {
        if (!allowRestart) {
            log.warn(
                `the volume ${volumeId} stays attached until CT ${place.vmid} is restarted, then it is an unused volume; with \`allowRestart: true\` on the share, pvesmb restarts the container`,
            );
            return;
        }
        log.info(`restarting CT ${place.vmid} to take ${volumeId} off`);
        await shutdownContainer(pve, place);
        await startContainer(pve, place);
    }
    await editConfig(pve, place, (current) => {
        const key = keyOf(current.unused, "unused");
        return key === undefined ? undefined : { delete: [key] };
    });
}
