import { isIP, isIPv4, isIPv6 } from "node:net";
import * as z from "zod";
import { field } from "./meta";

const LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";

export const dnsName = (): z.ZodString =>
    z.string().regex(new RegExp(`^${LABEL}(\\.${LABEL})*$`), "must be a DNS name of letters, digits, - and dots");

export const ipAddress = (): z.ZodType<string> => z.string().refine((text) => isIP(text) !== 0, { error: "must be an IP address" });

/** Without quotes and blanks: apt's configuration holds it between quotes. */
export const webAddress = (): z.ZodString => z.string().regex(/^https?:\/\/[^\s"'\\]+$/, "must be an http(s) address");

export const storageId = (): z.ZodString =>
    z.string().regex(/^[A-Za-z][A-Za-z0-9._-]*[A-Za-z0-9]$/, "must be the id of a storage, such as local-zfs");

export const sshPublicKey = (): z.ZodString =>
    z
        .string()
        .regex(
            /^(ssh|ecdsa|sk)-[a-z0-9@.-]+ [A-Za-z0-9+/]+=*( [^\r\n]*)?$/,
            'must be a public key line such as "ssh-ed25519 AAAA... comment"',
        );

/** Whether text is an address with prefix length of the given family. */
export function isCidr(text: string, family: 4 | 6): boolean {
    const [address = "", prefix = "", more] = text.split("/");
    const length = /^\d{1,3}$/.test(prefix) ? Number(prefix) : NaN;
    if (more !== undefined || !(length >= 0)) return false;
    return family === 4 ? isIPv4(address) && length <= 32 : isIPv6(address) && !address.includes("%") && length <= 128;
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
            brings: { does: "connections to the old address are lost" },
        },
    ),
    gateway: field(z.string().refine(isIPv4, { error: "must be an IPv4 address" }).optional(), { description: "IPv4 gateway." }),
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
            brings: { does: "connections to the old address are lost" },
        },
    ),
    gateway6: field(z.string().refine(isIPv6, { error: "must be an IPv6 address" }).optional(), {
        description: "IPv6 gateway.",
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

export type NetworkInputs = z.infer<typeof networkInputs>;
