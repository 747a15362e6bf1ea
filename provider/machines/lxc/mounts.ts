import type { ContainerConfig } from "../../proxmox/lxc/config";
import { mountPoint } from "../../proxmox/values/property-string";
import { readClaim } from "../mark";
import { DATA_MOUNT } from "./config";

/**
 * What of Proxmox's is mounted at or above a directory of the gateway. `declared`: the gateway's own resource declares the volume's size
 * (docs/decisions/0010).
 */
export type Mount =
    | { kind: "volume"; key: string; volume: string; at: string; configured: number | undefined; declared: boolean }
    /** A directory of the node. */
    | { kind: "bind"; key: string; source: string; at: string }
    | { kind: "rootfs" };

/** The mount point of the guest that a directory is at or below: the longest one. */
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
