import { BlockList, isIPv4, isIPv6 } from "node:net";
import { optionKey } from "../../model/options/synonyms";
import type { SambaSettings } from "../../model/samba";
import { parseBoolean } from "../text";
import type { FoundHost } from "./detect";

/** An address of the node in a network that is not for clients. */
interface Inner {
    address: string;
    interface: string;
    purpose: string;
}

interface Local {
    interface: string;
    address: string;
    prefix: number;
}

const familyOf = (address: string): "ipv4" | "ipv6" => (isIPv4(address) ? "ipv4" : "ipv6");

function contains(network: string, address: string): boolean {
    const [base = "", prefix = isIPv4(network) ? "32" : "128"] = network.trim().split("/");
    if (!(isIPv4(base) || isIPv6(base)) || !/^\d+$/.test(prefix) || Number(prefix) > (isIPv4(base) ? 32 : 128)) return false;
    if (familyOf(base) !== familyOf(address)) return false;
    const list = new BlockList();
    list.addSubnet(base, Number(prefix), familyOf(base));
    return list.check(address, familyOf(address));
}

/** Lines of `ip -o addr`: `2: vmbr0    inet 192.168.1.10/24 ...`. */
const locals = (text: string): Local[] =>
    [...text.matchAll(/^\d+: (\S+)\s+inet6? ([0-9a-f.:]+)\/(\d+)/gm)]
        .map(([, name = "", address = "", prefix = ""]) => ({ interface: name, address, prefix: Number(prefix) }))
        .filter(({ interface: name }) => name !== "lo");

const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? "");

/** Networks that Proxmox VE's own services use, from corosync.conf, datacenter.cfg and ceph.conf; an address is a network of one. */
function inner({ corosync, datacenter, ceph }: FoundHost["node"]): [purpose: string, networks: string[]][] {
    return [
        ["the cluster's corosync", all(corosync, /^\s*ring\d_addr:\s*(\S+)\s*$/gm)],
        ["migration", all(datacenter, /^migration:.*?\bnetwork=([^,\s]+)/gm)],
        ["Ceph", all(ceph, /^\s*(?:public|cluster)[ _]network\s*=\s*(.+?)\s*$/gm).flatMap((list) => list.split(/[,\s]+/))],
    ];
}

/** Undefined: everywhere. */
function listening({ config }: FoundHost, samba: SambaSettings): string[] | undefined {
    if (samba.interfaces !== undefined && samba.manageGlobal) return samba.interfaces;
    const options = config.find(({ name }) => name.toLowerCase() === "global")?.options;
    const has = (name: string): string => options?.get(optionKey(name)) ?? "";
    const names = has("interfaces")
        .split(/[,\s]+/)
        .filter(Boolean);
    return parseBoolean(has("bind interfaces only")) === true && names.length > 0 ? names : undefined;
}

/** As smb.conf(5) has it for `interfaces`: a name, perhaps with wildcards, an address, or a network. */
function covers(word: string, { interface: name, address }: Local): boolean {
    const plain = word.replace(/;.*$/, "").replace(/^"|"$/g, "");
    if (contains(plain, address)) return true;
    const pattern = plain
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replace(/\*/g, ".*")
        .replace(/\?/g, ".");
    return new RegExp(`^${pattern}$`).test(name);
}

/** The addresses at which smbd would listen though their networks are not for clients. */
export function exposed(host: FoundHost, samba: SambaSettings): Inner[] {
    const words = listening(host, samba);
    const networks = inner(host.node);
    return locals(host.node.addresses)
        .filter((local) => words === undefined || words.some((word) => covers(word, local)))
        .flatMap((local) => {
            const purposes = networks.filter(([, list]) => list.some((network) => contains(network, local.address)));
            return purposes.length === 0
                ? []
                : [{ address: local.address, interface: local.interface, purpose: purposes.map(([purpose]) => purpose).join(" and ") }];
        });
}

/** A warning in one sentence, with the way out. */
export function exposureWarning(host: FoundHost, samba: SambaSettings): string | undefined {
    const found = exposed(host, samba);
    if (found.length === 0) return undefined;
    const list = found.map(({ address, interface: name, purpose }) => `${address} (${name}, ${purpose})`).join(", ");
    return `Samba listens at ${list}, too; \`samba: { manageGlobal: true, interfaces: [...] }\` says where it should, and applies when smbd starts the next time`;
}
