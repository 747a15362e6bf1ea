import { isIPv4, isIPv6 } from "node:net";
import { isCidr } from "./network";

/**
 * The host list entries that Samba honours. Samba silently ignores an entry that it cannot match (string_match() in lib/util/access.c,
 * samba.md section 1), and an ignored entry of a deny list lets everybody in.
 */

const WANTED = "must be an address, or a network such as 192.168.1.0/24";

/** Why Samba would ignore an entry of `hostsAllow` or `hostsDeny`; they accept only addresses and networks. */
export function clientFault(entry: string): string | undefined {
    const [address = "", prefix] = entry.split("/");
    if (isIPv4(address) || isIPv6(address)) return addressFault(address, prefix) ?? (prefix === undefined ? undefined : prefixFault(entry));
    return strangeFault(entry);
}

/**
 * The same for the raw options `hosts allow` and `hosts deny`, which use Samba's own syntax: keywords, netmasks and address prefixes too.
 */
export function hostsOptionFault(value: string): string | undefined {
    const entries = value.split(/[\s,;]+/).filter(Boolean);
    for (const entry of entries) {
        if (/^(all|except|local|fail)$/i.test(entry) || /^(\d{1,3}\.){1,3}$/.test(entry) || isMasked(entry)) continue;
        const fault = clientFault(entry);
        if (fault !== undefined) return `${JSON.stringify(entry)} ${fault}`;
    }
    return undefined;
}

function isMasked(entry: string): boolean {
    const [address = "", mask = "", more] = entry.split("/");
    return more === undefined && isIPv4(address) && isIPv4(mask);
}

function addressFault(address: string, prefix: string | undefined): string | undefined {
    if (isIPv4(address)) return undefined;
    if (address.includes("%")) return "must not name an interface; remove the part from % on, and add a prefix length: fe80::1/128";
    const canonical = canonicalAddress(address);
    if (address.includes(".") || canonical.startsWith("::ffff:"))
        return "must be written as an IPv4 address: Samba never sees a client in the other form";
    // Samba compares networks as numbers but single addresses as text.
    return prefix === undefined && address.toLowerCase() !== canonical
        ? `must be written as ${canonical}: Samba compares single addresses as strings`
        : undefined;
}

/** The address in the form that Linux prints (RFC 5952). */
const canonicalAddress = (address: string): string => new URL(`http://[${address}]`).hostname.slice(1, -1);

function prefixFault(entry: string): string | undefined {
    const [address = "", prefix = ""] = entry.split("/");
    if (/^0\d/.test(prefix)) return "must have a prefix length without a leading 0, which Samba would read as octal";
    if (isIPv4(prefix)) return "must have a prefix length instead of a netmask, such as 192.168.1.0/24";
    return isCidr(entry, 4) || isCidr(entry, 6)
        ? undefined
        : `must be a network with a prefix length of 0 to ${isIPv4(address) ? 32 : 128}, such as 192.168.1.0/24`;
}

function strangeFault(entry: string): string {
    if (entry.startsWith("@")) return `${WANTED}: netgroups do not exist on a gateway`;
    if (/^(all|fail)$/i.test(entry)) return `${WANTED}: for everybody, leave the list out or use 0.0.0.0/0 and ::/0`;
    if (/^(except|local)$/i.test(entry) || /[*?]/.test(entry) || !/[a-z]/i.test(entry)) return WANTED;
    return `${WANTED}: Samba does not resolve names (\`hostname lookups\` is off), and with that on, whoever runs the client's DNS would decide`;
}
