import { PvesmbError } from "../base/errors";
import type { Pve } from "./client/client";
import { route } from "./client/form";
import { listGuests } from "./cluster";
import { parsePairs } from "./values/property-string";
import { row, text } from "./values/scalars";

/** A guest with an IP or MAC address in its configuration. */
export interface Holder {
    /** `CT 101 (web) on pve1` */
    guest: string;
    key: string;
    running: boolean;
}

/** By IP address without prefix length, and by MAC address in lower case. */
export type Holders = Map<string, Holder>;

/** The configured addresses of all guests that the caller may see, except templates. Skips guests with unreadable configurations. */
export async function configuredAddresses(pve: Pve, except: number | undefined): Promise<Holders> {
    const guests = (await listGuests(pve)).filter(({ vmid, template }) => vmid !== except && !template);
    const found = await Promise.all(
        guests.map(async ({ vmid, node, type, status, name }): Promise<[string, Holder][]> => {
            const guest = `${type === "lxc" ? "CT" : "VM"} ${vmid}${name === undefined ? "" : ` (${name})`} on ${node}`;
            try {
                const config = row(await pve.get(route`/nodes/${node}/${type}/${vmid}/config`));
                return Object.entries(config).flatMap(([key, value]) =>
                    /^(net|ipconfig)\d+$/.test(key)
                        ? named(text(value) ?? "").map((each): [string, Holder] => [each, { guest, key, running: status === "running" }])
                        : [],
                );
            } catch (error) {
                if (error instanceof PvesmbError) return [];
                throw error;
            }
        }),
    );
    return new Map(found.flat());
}

/** The IP and MAC addresses of a guest's interface. A VM's MAC address is the value of its model (`virtio=BC:24:11:...`). */
function named(value: string): string[] {
    const mac = /^([0-9A-F]{2}:){5}[0-9A-F]{2}$/i;
    try {
        return [...parsePairs(value)].flatMap(([key, each]) =>
            key === "ip" || key === "ip6" ? (each.includes("/") ? [plain(each)] : []) : mac.test(each) ? [each.toLowerCase()] : [],
        );
    } catch {
        return [];
    }
}

/** An address in comparable form: without prefix length, IPv6 shortened. */
export function plain(address: string): string {
    const [bare = ""] = address.split("/");
    if (!bare.includes(":")) return bare;
    try {
        return new URL(`http://[${bare}]`).hostname.slice(1, -1);
    } catch {
        return bare.toLowerCase();
    }
}
