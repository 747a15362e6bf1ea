import { isIP, isIPv4, isIPv6 } from "node:net";
import * as z from "zod";
import { field, named } from "./meta";

const LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";

export const dnsName = (): z.ZodString =>
    z.string().regex(new RegExp(`^${LABEL}(\\.${LABEL})*$`), "must be a DNS name of letters, digits, - and dots");

export const ipAddress = (): z.ZodType<string> => z.string().refine((text) => isIP(text) !== 0, { error: "must be an IP address" });

/** No quotes or spaces: apt's configuration puts it in quotes. */
export const webAddress = (): z.ZodString => z.string().regex(/^https?:\/\/[^\s"'\\]+$/, "must be an http(s) address");

export const storageId = (): z.ZodString =>
    z.string().regex(/^[A-Za-z][A-Za-z0-9._-]*[A-Za-z0-9]$/, "must be the id of a storage, such as local-zfs");

export const sshPublicKey = (): z.ZodString =>
    z
        .string()
        .regex(
            /^(ssh|ecdsa|sk)-[a-z0-9@.-]+ [A-Za-z0-9+/]+=*( [^\r\n]*)?(\r?\n)?$/,
            'must be a public key line such as "ssh-ed25519 AAAA... comment"',
        );

/** Whether the text is an address of this family with a prefix length. */
export function isCidr(text: string, family: 4 | 6): boolean {
    const [address = "", prefix = "", more] = text.split("/");
    const length = /^\d{1,3}$/.test(prefix) ? Number(prefix) : NaN;
    if (more !== undefined || !(length >= 0)) return false;
    return family === 4 ? isIPv4(address) && length <= 32 : isIPv6(address) && !address.includes("%") && length <= 128;
}

/** An address as a number. The URL parser reads all spellings of IPv6. */
function bitsOf(address: string): bigint {
    if (isIPv4(address)) return address.split(".").reduce((all, part) => (all << 8n) | BigInt(part), 0n);
    const [plain = ""] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("%");
    const [left = "", right] = plain.split("::");
    const [before, after] = [left, right ?? ""].map((half) => (half === "" ? [] : half.split(":")));
    const middle = Array<string>(right === undefined ? 0 : 8 - (before?.length ?? 0) - (after?.length ?? 0)).fill("0");
    return [...(before ?? []), ...middle, ...(after ?? [])].reduce((all, group) => (all << 16n) | BigInt(`0x${group}`), 0n);
}

/** Splits an address with prefix length into network and host part. */
function partsOf(cidr: string): { address: string; own: bigint; network: bigint; hostBits: bigint } {
    const [address = "", prefix = ""] = cidr.split("/");
    const own = bitsOf(address);
    const hostBits = BigInt((isIPv4(address) ? 32 : 128) - Number(prefix));
    return { address, own, network: own >> hostBits, hostBits };
}

/**
 * Why an IPv4 address with prefix length is not a host address: it is the network address, the broadcast address or in no network at all. A
 * /31 has neither of the first two (RFC 3021).
 */
export function hostFault(cidr: string): string | undefined {
    const { address, own, network, hostBits } = partsOf(cidr);
    const first = Number(own >> 24n);
    if (first === 0 || first === 127 || first >= 224) return `is ${address}, which no host can have`;
    return hostBits < 2n ? undefined : endFault(own, network, hostBits, address);
}

function endFault(own: bigint, network: bigint, hostBits: bigint, address: string): string | undefined {
    const host = own - (network << hostBits);
    if (host === 0n) return `is ${address}, the network itself and no host in it`;
    return host === (1n << hostBits) - 1n ? `is ${address}, the broadcast address of its network` : undefined;
}

/** An address without its prefix length. */
export const bareOf = (cidr: string): string => cidr.split("/")[0] ?? cidr;

/** Whether an address (without prefix length) is in a network, both of the same family. */
export function inNetwork(address: string, cidr: string): boolean {
    const { network, hostBits } = partsOf(cidr);
    return bitsOf(address) >> hostBits === network;
}

/** Whether two addresses with prefix length are in the same network. */
export const sameNetwork = (a: string, b: string): boolean =>
    partsOf(a).hostBits === partsOf(b).hostBits && partsOf(a).network === partsOf(b).network;

/**
 * Why a gateway does not match a static address. Proxmox VE adds a host route to a gateway outside the network (pve-container,
 * Setup/Debian.pm), which hosting providers use with /32; with any other prefix length it is a mistake.
 */
export function gatewayFault(cidr: string, gateway: string): string | undefined {
    const { address, own, network, hostBits } = partsOf(cidr);
    const there = bitsOf(gateway);
    if (there === own) return "is the interface's own address; give the router's";
    const v4 = isIPv4(gateway);
    if (hostBits === 0n || (!v4 && there >> 118n === 0x3fan)) return undefined;
    const [full, shown] = [v4 ? 32 : 128, cidr.slice(address.length)];
    if (there >> hostBits !== network)
        return `is not in the network of ${address}${shown}; correct one of them, or give the address as ${address}/${full} where the gateway is meant to be outside`;
    return v4 && hostBits >= 2n ? endFault(there, network, hostBits, gateway) : undefined;
}

export const networkInputs = z.strictObject({
    bridge: field(z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,14}$/, "must be the name of a bridge, such as vmbr0"), {
        description: "Bridge of the node.",
    }),
    address: field(
        z.string().refine((text) => text === "dhcp" || text === "none" || isCidr(text, 4), {
            error: 'must be "dhcp", "none" or an IPv4 address with prefix length such as "192.168.1.50/24"',
        }),
        {
            description: "IPv4: `dhcp`, `none`, or an address with prefix length that nobody else has.",
            compare: "address",
            effect: { does: "connections to the old address are lost" },
        },
    ),
    gateway: field(z.string().refine(isIPv4, { error: "must be an IPv4 address" }).optional(), {
        description: "IPv4 gateway, in the network of `address`, or anywhere beside a /32.",
    }),
    address6: field(
        z
            .string()
            .refine((text) => ["dhcp", "auto", "none"].includes(text) || isCidr(text, 6), {
                error: 'must be "dhcp", "auto" (SLAAC), "none" or an IPv6 address with prefix length',
            })
            .default("none"),
        {
            description: "IPv6: `dhcp`, `auto` (SLAAC), `none`, or an address with prefix length.",
            compare: "address",
            effect: { does: "connections to the old address are lost" },
        },
    ),
    gateway6: field(z.string().refine(isIPv6, { error: "must be an IPv6 address" }).optional(), {
        description: "IPv6 gateway: link-local, in the network of `address6`, or anywhere beside a /128.",
        compare: "address",
    }),
    vlan: field(z.int().min(1).max(4094).optional(), { description: "VLAN tag." }),
    mtu: field(z.int().min(576).max(65_535).optional(), { description: "MTU.", unit: "bytes" }),
    mac: field(
        z
            .string()
            .regex(/^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$/, "must be a MAC address")
            .optional(),
        {
            description: "MAC address; kept over changes of the other properties.",
            defaultText: "chosen by Proxmox VE",
            compare: "caseless",
        },
    ),
    firewall: field(z.boolean().default(false), { description: "Proxmox's firewall on this interface." }),
});
named(networkInputs, { name: "Network" });

export type NetworkInputs = z.infer<typeof networkInputs>;
