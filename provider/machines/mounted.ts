import { MOUNTS } from "../hosts";
import type { Gather, MountEntry } from "../hosts";
import type { Mount } from "./machine";

/** The mount table of a running machine. */
export const MOUNTED_LOOK: Gather = { commands: [MOUNTS] };

/**
 * Says why a configured mount is not where clients look for it; undefined if it is. A mount point stays in Proxmox VE's configuration,
 * pending, when it could not be mounted in the running guest, and root of a guest can unmount one. `source`: what the host below mounts
 * there, to recognise another file system in its place.
 */
export function lackOf(table: readonly MountEntry[], mount: Mount, source?: Pick<MountEntry, "type" | "source">): string | undefined {
    // Without a table nothing is known; steps that depend on the mount require it themselves.
    if (mount.kind === "rootfs" || table.length === 0) return undefined;
    const what = `${mount.kind === "bind" ? mount.source : mount.volume} (${mount.key})`;
    // The last of several mounts at one place is on top.
    const found = table.filter(({ target }) => target === mount.at).at(-1);
    if (found === undefined) return `${what} is not mounted at ${mount.at} in the gateway`;
    return source === undefined || isSame(found, source)
        ? undefined
        : `${found.source} (${found.type}) is mounted at ${mount.at} in the gateway instead of ${what}`;
}

/** Only a dataset has the same source in every mount table; a device can have several names. */
const isSame = (found: Pick<MountEntry, "type" | "source">, wanted: Pick<MountEntry, "type" | "source">): boolean =>
    found.type === wanted.type && (!/^(fuse\.)?zfs$/.test(wanted.type) || found.source === wanted.source);

/** How to mount what Proxmox VE cannot mount in a running guest, for the end of a message. */
export const restartHint = (name: string): string =>
    `Proxmox VE mounts it at the next start: restart ${name}, then run \`pulumi up\` again`;
