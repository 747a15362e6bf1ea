/**
 * PVE's named formats: name -> check. A check throws nothing for a good value and a FormatError with PVE's words for a bad one
 * (libpve-common-perl JSONSchema.pm; guest, access and storage formats in their packages).
 */
import { isIP, isIPv4, isIPv6 } from "node:net";
import type { Schema } from "./schema";
import { parseSize } from "./size";

export class FormatError extends Error {}

type Check = (value: string) => void;

const label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const dnsName = new RegExp(`^(?:${label}\\.)*${label}$`);

/** A check by pattern; the text may hold the value. */
const matching =
    (pattern: RegExp, complaint: string | ((value: string) => string)): Check =>
    (value) => {
        if (!pattern.test(value)) throw new FormatError(typeof complaint === "string" ? complaint : complaint(value));
    };

const when =
    (good: (value: string) => boolean, complaint: string): Check =>
    (value) => {
        if (!good(value)) throw new FormatError(complaint);
    };

function isCidr(value: string, version?: 4 | 6): boolean {
    const [address = "", prefix, rest] = value.split("/");
    if (rest !== undefined || prefix === undefined || !/^\d+$/.test(prefix)) return false;
    const kind = isIP(address);
    if (kind === 0 || (version !== undefined && kind !== version)) return false;
    return Number(prefix) <= (kind === 4 ? 32 : 128);
}

const isAddress = (value: string): boolean => isIP(value) !== 0 || dnsName.test(value);

function poolId(value: string): void {
    const complaint = (why: string): FormatError => new FormatError(`pool name '${value}' ${why}`);
    if (!/^[A-Za-z0-9.\-_]+(?:\/[A-Za-z0-9.\-_]+)*$/.test(value)) throw complaint("contains invalid characters");
    if (value.split("/").length > 3) throw complaint("nested too deeply (max levels = 3)");
}

function mountPath(value: string): void {
    if (/\/\.\.?\/|\/\.\.?$|^\.\.?\//.test(value)) throw new FormatError(`${value} contains illegal character sequences`);
}

function startupOrder(value: string): void {
    for (const part of value.split(",").filter((entry) => entry.trim() !== ""))
        if (!/^(?:(?:order=)?\d+|up=\d+|down=\d+)$/.test(part)) throw new FormatError("unable to parse startup options");
}

function timezone(value: string): void {
    if (value === "host") return;
    try {
        new Intl.DateTimeFormat("en", { timeZone: value });
    } catch {
        throw new FormatError(`invalid time zone '${value}'`);
    }
}

const storagePath = (value: string): boolean => /^\/(?:[^\0/][^\0]*)?$/.test(value);

const checks: Record<string, Check> = {
    "pve-configid": matching(/^[a-z][a-z0-9_-]+$/i, (value) => `invalid configuration ID '${value}'`),
    "pve-storage-id": matching(/^[a-z][a-z0-9\-_.]*[a-z0-9]$/i, (value) => `storage ID '${value}' contains illegal characters`),
    "pve-vmid": matching(/^[1-9][0-9]{2,8}$/, "value does not look like a valid VM ID"),
    "pve-node": matching(new RegExp(`^${label}$`), "value does not look like a valid node name"),
    "mac-addr": matching(/^[a-f0-9][02468ace](?::[a-f0-9]{2}){5}$/i, "value does not look like a valid unicast MAC address"),
    ipv4: when(isIPv4, "value does not look like a valid IPv4 address"),
    ipv6: when(isIPv6, "value does not look like a valid IPv6 address"),
    ip: when((value) => isIP(value) !== 0, "value does not look like a valid IP address"),
    "lxc-ip-with-ll-iface": when(
        (value) => isIP(value.replace(/%[a-z][a-z0-9_]*$/i, "")) !== 0,
        "value does not look like a valid IP address",
    ),
    CIDR: when((value) => isCidr(value), "value does not look like a valid CIDR network"),
    CIDRv4: when((value) => isCidr(value, 4), "value does not look like a valid IPv4 network"),
    CIDRv6: when((value) => isCidr(value, 6), "value does not look like a valid IPv6 network"),
    "pve-ipv4-config": when(
        (value) => value === "dhcp" || value === "manual" || isCidr(value, 4),
        "value does not look like a valid ipv4 network configuration",
    ),
    "pve-ipv6-config": when(
        (value) => value === "auto" || value === "dhcp" || value === "manual" || isCidr(value, 6),
        "value does not look like a valid ipv6 network configuration",
    ),
    "dns-name": matching(dnsName, "value does not look like a valid DNS name"),
    address: (value) => {
        if (!isAddress(value)) throw new FormatError(`value does not look like a valid address: ${value}`);
    },
    "disk-size": (value) => {
        if (parseSize(value) === undefined) throw new FormatError(`value does not look like a valid disk size: ${value}`);
    },
    urlencoded: matching(/^[-%a-zA-Z0-9_.!~*'()]*$/, (value) => `invalid urlencoded string: ${value}`),
    "pve-startup-order": startupOrder,
    "pve-tag": matching(/^[a-z0-9_][a-z0-9_\-+.]*$/i, "invalid characters in tag"),
    "pve-poolid": poolId,
    "pve-userid": matching(/^[^\s:/]{1,64}@[A-Za-z][A-Za-z0-9.\-_]+$/, (value) => `value '${value}' does not look like a valid user name`),
    "pve-tokenid": matching(
        /^[^\s:/]+@[A-Za-z][A-Za-z0-9.\-_]+![A-Za-z][A-Za-z0-9.\-_]+$/,
        (value) => `value '${value}' does not look like a valid token ID`,
    ),
    "pve-realm": matching(/^[A-Za-z][A-Za-z0-9.\-_]+$/, "value does not look like a valid realm"),
    "pve-groupid": matching(/^[A-Za-z0-9.\-_]+$/, (value) => `group name '${value}' contains invalid characters`),
    "pve-roleid": matching(/^[A-Za-z0-9.\-_]+$/, (value) => `role name '${value}' contains invalid characters`),
    "pve-priv": matching(/^[A-Za-z.]+$/, (value) => `invalid privilege '${value}'`),
    "email-opt": matching(/^$|^[^\s@]+@[^\s@]+$/, "value does not look like a valid email address"),
    "email-or-username": matching(/^[^\s]+$/, "value does not look like a valid email address or user name"),
    "pve-volume-id": matching(/^[a-z][a-z0-9\-_.]*[a-z0-9]:.+$/i, (value) => `unable to parse volume ID '${value}'`),
    "pve-volume-id-or-qm-path": () => undefined,
    "pve-volume-id-or-absolute-path": () => undefined,
    "pve-lxc-mp-string": mountPath,
    "pve-lxc-dev-string": matching(/^\/dev\/(?!.*\.\.\/)/, "is not a path under /dev"),
    "pve-ct-timezone": timezone,
    "pve-iface": matching(/^[a-zA-Z][a-zA-Z0-9_.:-]{0,20}$/, (value) => `invalid network interface name '${value}'`),
    "pve-bridge-id": matching(/^[-_.\w]+$/, (value) => `invalid bridge ID '${value}'`),
    "pve-storage-path": when(storagePath, "value does not look like a valid absolute path"),
    "pve-storage-path-in-property-string": when(
        (value) => storagePath(value) && !/[;,=()]/.test(value),
        "Value does not look like a valid absolute path. These symbols are currently not allowed in path: ;,=()",
    ),
    "pve-storage-content": matching(
        /^(?:images|rootdir|vztmpl|iso|backup|snippets|none|import)$/,
        (value) => `invalid content type '${value}'`,
    ),
    "pve-storage-server": when(isAddress, "value does not look like a valid server name or IP address"),
    "pve-calendar-event": matching(/^[-a-z0-9*/,.: ]+$/i, (value) => `unable to parse calendar event '${value}'`),
    "pve-day-of-week": matching(/^(?:mon|tue|wed|thu|fri|sat|sun)$/, (value) => `invalid day '${value}'`),
    "pve-replication-job-id": matching(/^[1-9][0-9]{2,8}-\d{1,9}$/, (value) => `invalid replication job id '${value}'`),
    "pve-ha-resource-id": matching(/^(?:ct|vm):[1-9][0-9]{2,8}$/, "value does not look like a valid ha resource id"),
    "pve-ha-resource-or-vm-id": matching(/^(?:(?:ct|vm):)?[1-9][0-9]{2,8}$/, "value does not look like a valid ha resource id or vm id"),
    "pve-ha-node": matching(new RegExp(`^${label}(?::\\d+)?$`), "value does not look like a valid ha group node"),
    "pve-ha-group-node": matching(new RegExp(`^${label}(?::\\d+)?$`), "value does not look like a valid ha group node"),
    "pve-qm-boot": matching(/^(?: |[acdn]{1,4}|(?:legacy=[acdn]{1,4}|order=[\w;]*)(?:,.*)?)$/, "invalid boot order"),
    "pve-task-status-type": matching(/^(?:ok|error|warning|unknown)$/, (value) => `invalid task status type '${value}'`),
    "storage-pair": matching(/^[a-z][\w\-.]*(?::[a-z][\w\-.]*)?$|^1$/i, (value) => `invalid storage pair '${value}'`),
    string: () => undefined,
};

/** Named formats that are property strings; their parts are not in the published data (qemu-server, pve-guest-common). */
export const propertyFormats: Record<string, Record<string, Schema>> = {
    "pve-qm-ipconfig": {
        ip: { type: "string", format: "pve-ipv4-config", optional: 1 },
        gw: { type: "string", format: "ipv4", optional: 1, requires: "ip" },
        ip6: { type: "string", format: "pve-ipv6-config", optional: 1 },
        gw6: { type: "string", format: "ipv6", optional: 1, requires: "ip6" },
    },
    "pve-qm-cicustom": {
        meta: { type: "string", format: "pve-volume-id", optional: 1 },
        network: { type: "string", format: "pve-volume-id", optional: 1 },
        user: { type: "string", format: "pve-volume-id", optional: 1 },
        vendor: { type: "string", format: "pve-volume-id", optional: 1 },
    },
    "pve-qm-smbios1": {
        uuid: { type: "string", pattern: "[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}", optional: 1 },
        ...Object.fromEntries(
            ["version", "serial", "manufacturer", "product", "sku", "family"].map((name) => [
                name,
                { type: "string", pattern: "[A-Za-z0-9+\\/]+={0,2}", optional: 1 },
            ]),
        ),
        base64: { type: "boolean", optional: 1 },
    },
    "pve-qm-rng": {
        source: { type: "string", enum: ["/dev/urandom", "/dev/random", "/dev/hwrng"], default_key: 1 },
        max_bytes: { type: "integer", optional: 1 },
        period: { type: "integer", optional: 1 },
    },
};

/** The check for a format's name, `-list` and `-opt` included; undefined for formats whose rules the lab does not know. */
export function namedCheck(name: string): Check | undefined {
    return checks[name];
}
