/** A container's mount points and interfaces among its config keys. */
import type { MethodTable } from "../../pve/method-table";
import { parseNewVolume } from "../../pve/volume-id";
import { ConfigKeys } from "../config-keys";

export interface MountPoint {
    kind: "volume" | "bind" | "device";
    /** volid, path or device. */
    volume: string;
    /** Path inside the container. */
    mp: string;
    parts: Record<string, string>;
}

const mountKey = /^(?:rootfs|mp\d+)$/;

export const isMountKey = (key: string): boolean => mountKey.test(key);

/** rootfs first, then mp0, mp1, ... */
export function mountKeys(values: Record<string, string>): string[] {
    const order = (key: string): number => (key === "rootfs" ? -1 : Number(key.slice(2)));
    return Object.keys(values)
        .filter(isMountKey)
        .sort((one, other) => order(one) - order(other));
}

export function netKeys(values: Record<string, string>): string[] {
    return Object.keys(values)
        .filter((key) => /^net\d+$/.test(key))
        .sort((one, other) => Number(one.slice(3)) - Number(other.slice(3)));
}

export class LxcKeys extends ConfigKeys {
    constructor(table: MethodTable) {
        super(table, "lxc");
    }

    mount(key: string, value: string): MountPoint {
        const parts = this.parse(key, value);
        const volume = parts["volume"] ?? "";
        const kind = volume.startsWith("/dev/") ? "device" : volume.startsWith("/") ? "bind" : "volume";
        return { kind, volume, mp: key === "rootfs" ? "/" : (parts["mp"] ?? ""), parts };
    }

    isNew(volume: string): boolean {
        return parseNewVolume(volume) !== undefined;
    }
}
