import { randomBytes } from "node:crypto";

/** Proxmox's own prefix, used unless datacenter.cfg says otherwise. */
export const defaultMacPrefix = "BC:24:11";

export function randomMac(prefix = defaultMacPrefix): string {
    const given = prefix.toUpperCase().split(":");
    const rest = [...randomBytes(6 - given.length)].map((byte) => byte.toString(16).toUpperCase().padStart(2, "0"));
    return [...given, ...rest].join(":");
}
