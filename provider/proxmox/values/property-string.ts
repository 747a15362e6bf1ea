import { formatPveSize, parsePveSize } from "./size";

/**
 * PVE's property strings (`name=eth0,bridge=vmbr0`): comma-separated pairs and at most one bare value, for the default key (pve-common
 * JSONSchema.pm parse_property_string). PVE has no quoting, so a comma inside a value is refused.
 */
export type Pairs = Map<string, string>;

export function parsePairs(value: string, bareKey?: string): Pairs {
    const pairs: Pairs = new Map();
    for (const part of value.split(",")) {
        if (part.trim() === "") continue;
        const at = part.indexOf("=");
        if (at > 0) pairs.set(part.slice(0, at).trim(), part.slice(at + 1));
        else if (at < 0 && bareKey !== undefined) pairs.set(bareKey, part);
        else throw new Error(`not a PVE property string: ${value}`);
    }
    return pairs;
}

export function formatPairs(pairs: Pairs, bareKey?: string): string {
    const parts: string[] = [];
    for (const [key, value] of pairs) {
        if (/[,\n]/.test(value)) throw new Error(`${key} must not contain a comma or a line end: PVE has no way to write it`);
        if (key === bareKey) parts.unshift(value);
        else parts.push(`${key}=${value}`);
    }
    return parts.join(",");
}

type Field = "text" | "number" | "flag" | "bytes";
type Fields = Record<string, Field>;
interface Types {
    text: string;
    number: number;
    flag: boolean;
    bytes: number;
}
export type Typed<F extends Fields> = { -readonly [K in keyof F]?: Types[F[K]] };
/** Undefined keys stay as they are; null removes a key. */
export type Changes<F extends Fields> = { [K in keyof F]?: Types[F[K]] | null };

/** One kind of property string with the subkeys that pvesmb uses; others are kept in their order. */
export class PropertyString<F extends Fields> {
    constructor(
        private readonly fields: F,
        private readonly bareKey?: string,
    ) {}

    parse(value: string): Typed<F> {
        const typed: Record<string, string | number | boolean> = {};
        for (const [key, given] of parsePairs(value, this.bareKey)) {
            const field = this.fields[key];
            const read = field === undefined ? undefined : READ[field](given);
            if (read !== undefined) typed[key] = read;
        }
        return typed as Typed<F>;
    }

    format(values: Changes<F>): string {
        return this.edit("", values);
    }

    edit(value: string, changes: Changes<F>): string {
        const pairs = parsePairs(value, this.bareKey);
        for (const [key, change] of Object.entries(changes) as [string, Types[Field] | null | undefined][]) {
            const field = this.fields[key];
            if (change === undefined || field === undefined) continue;
            if (change === null) pairs.delete(key);
            else pairs.set(key, WRITE[field](change));
        }
        return formatPairs(pairs, this.bareKey);
    }
}

const READ: { [K in Field]: (value: string) => Types[K] | undefined } = {
    text: (value) => value,
    number: (value) => (/^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined),
    flag: (value) => /^(1|on|yes|true)$/i.test(value),
    bytes: parsePveSize,
};

const WRITE: Record<Field, (value: Types[Field]) => string> = {
    text: String,
    number: String,
    flag: (value) => (value ? "1" : "0"),
    bytes: (value) => formatPveSize(Number(value)),
};

export const net = new PropertyString({
    name: "text",
    bridge: "text",
    firewall: "flag",
    gw: "text",
    gw6: "text",
    hwaddr: "text",
    ip: "text",
    ip6: "text",
    link_down: "flag",
    mtu: "number",
    rate: "number",
    tag: "number",
    /** VLANs, joined by `;`. */
    trunks: "text",
    type: "text",
});

const volume = {
    volume: "text",
    acl: "flag",
    /** Joined by `;`. */
    mountoptions: "text",
    quota: "flag",
    replicate: "flag",
    ro: "flag",
    shared: "flag",
    /** PVE's last known size; the storage has the real one. */
    size: "bytes",
} as const;

export const rootfs = new PropertyString(volume, "volume");
export const mountPoint = new PropertyString({ ...volume, mp: "text", backup: "flag", idmap: "text", keepattrs: "flag" }, "volume");
export const features = new PropertyString({
    nesting: "flag",
    keyctl: "flag",
    fuse: "flag",
    mknod: "flag",
    mount: "text",
    force_rw_sys: "flag",
});
export const startup = new PropertyString({ order: "number", up: "number", down: "number" }, "order");
