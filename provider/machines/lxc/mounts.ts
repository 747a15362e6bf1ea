import { PvesmbError } from "../../base/errors";
import { formatSize } from "../../model/size";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import { mountPoint } from "../../proxmox/values/property-string";
import type { Mount, Mounted, Mounts } from "../machine";
import { readClaim } from "../mark";
import { DATA_MOUNT } from "./config";

/** PVE knows mp0 to mp255 (pve-api.md 3.3); mp0 is the gateway's data volume. */
const LAST = 255;

/**
 * Index of a mount point that is free now and after the next restart: PVE cannot hot-plug a volume where another one still is. Throws
 * InvalidInput with the property and the way out.
 */
export function freeMountPoint(property: string, wayOut: string, now: ContainerConfig, active: ContainerConfig): number {
    for (let index = 1; index <= LAST; index++) if (now.mp[index] === undefined && active.mp[index] === undefined) return index;
    throw new PvesmbError("InvalidInput", `${property}: the gateway has no free mount point, Proxmox VE has ${LAST + 1}; ${wayOut}`, {
        property,
    });
}

/** The mount points in a container's configuration. */
export function mountsOf(config: ContainerConfig): Mounts {
    return {
        under: (path) => mountOf(config, path),
        at: (path) => mountedIn(config, path),
        volumeAt: (path) => observedVolume(config, path),
        outermost: (onNode) => outermost(config, onNode),
        root: config.rootUid,
    };
}

/** The mount point that contains a directory: the longest match. */
export function mountOf(config: ContainerConfig, path: string): Mount {
    const mounts = Object.entries(config.mp).map(([index, value]) => ({ key: `mp${index}`, ...mountPoint.parse(value) }));
    const [found] = mounts
        .filter(({ mp }) => mp !== undefined && (path === mp || path.startsWith(`${mp}/`)))
        .sort((a, b) => (b.mp ?? "").length - (a.mp ?? "").length);
    if (found?.volume === undefined || found.mp === undefined) return { kind: "rootfs" };
    const { key, volume, mp: at, size } = found;
    const declared = key === DATA_MOUNT && readClaim(config.description).claim?.openSize !== true;
    return volume.startsWith("/")
        ? { kind: "bind", key, source: volume, at }
        : { kind: "volume", key, volume, at, configured: size, declared };
}

/** Index of the mount point at a directory. */
export function mountedAt(config: ContainerConfig, path: string): number | undefined {
    const found = Object.entries(config.mp).find(([, value]) => mountPoint.parse(value).mp === path);
    return found === undefined ? undefined : Number(found[0]);
}

/** The volume, or dataset added by a quota, that Proxmox VE mounts at a directory. */
export function mountedIn(config: ContainerConfig, path: string): Mounted | undefined {
    const index = mountedAt(config, path);
    return index === undefined ? undefined : { mountPoint: `mp${index}`, volumeId: mountPoint.parse(config.mp[index] ?? "").volume ?? "" };
}

function observedVolume(config: ContainerConfig, path: string): { size?: string; backup: boolean } | undefined {
    const index = mountedAt(config, path);
    const found = index === undefined ? undefined : mountPoint.parse(config.mp[index] ?? "");
    return found && { size: found.size === undefined ? undefined : formatSize(found.size), backup: found.backup ?? false };
}

function outermost(config: ContainerConfig, onNode: string): string | undefined {
    return Object.values(config.mp)
        .map((value) => mountPoint.parse(value).volume ?? "")
        .filter((volume) => volume.startsWith("/") && (onNode === volume || onNode.startsWith(`${volume}/`)))
        .sort((a, b) => a.length - b.length)[0];
}
