/** PVE's schema dialect, as far as the lab's data uses it. */
export interface Schema {
    type?: string;
    optional?: number;
    format?: string | Record<string, Schema>;
    default?: unknown;
    enum?: (string | number)[];
    minimum?: number | string;
    maximum?: number | string;
    minLength?: number;
    maxLength?: number;
    /** Perl syntax. */
    pattern?: string;
    items?: Schema;
    properties?: Record<string, Schema>;
    additionalProperties?: number | Schema;
    alias?: string;
    keyAlias?: string;
    default_key?: number;
    requires?: string;
    allOf?: Schema[];
    oneOf?: Schema[];
    "type-property"?: string;
    "instance-type"?: string;
}

/** A Perl pattern of the data as a JavaScript one, anchored as PVE::JSONSchema does. */
export function perlPattern(pattern: string): RegExp {
    const insensitive = pattern.includes("(?^i:");
    const source = pattern.replaceAll("(?^i:", "(?:").replaceAll("(?^:", "(?:").replaceAll("{,", "{0,").replaceAll("\\0", "\\x00");
    return new RegExp(`^(?:${source})$`, insensitive ? "i" : "");
}

/** How many indices a `name[n]` key has; the published data does not say, the code does (pve-api.md section 5). */
const indices: Record<string, number> = {
    mp: 256,
    unused: 256,
    dev: 256,
    net: 32,
    scsi: 31,
    virtio: 16,
    sata: 6,
    ide: 4,
    ipconfig: 32,
    serial: 4,
    parallel: 3,
    usb: 14,
    hostpci: 16,
    virtiofs: 10,
    numa: 8,
    link: 8,
};

/** The schema of one key of an object, `mp3` finding `mp[n]`. */
export function propertySchema(properties: Record<string, Schema>, key: string): Schema | undefined {
    const direct = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (direct) return direct;
    const match = /^([a-z]+)(0|[1-9]\d*)$/.exec(key);
    if (!match) return undefined;
    const name = match[1] ?? "";
    return Number(match[2]) < (indices[name] ?? 0) ? properties[`${name}[n]`] : undefined;
}
