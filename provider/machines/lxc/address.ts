import type { Pve } from "../../proxmox/client/client";
import { readInterfaces } from "../../proxmox/lxc/container";
import type { Place } from "../../proxmox/lxc/container";
import { net } from "../../proxmox/values/property-string";
import type { GuestConfig } from "./config";
import { text } from "./config";

const withoutPrefix = (cidr: string): string => cidr.split("/")[0] ?? cidr;
const usable = (address: string): boolean => !address.startsWith("127.") && address !== "::1" && !address.startsWith("fe80:");

/** The fixed address in the configuration, if any. */
export function staticAddress(config: GuestConfig): string | undefined {
    const { ip, ip6 } = net.parse(text(config, "net0") ?? "");
    const fixed = [ip, ip6].find((each) => each?.includes("/"));
    return fixed === undefined ? undefined : withoutPrefix(fixed);
}

/** The guest's address: fixed, or by DHCP (read from PVE); undefined while it has none. */
export async function guestAddress(pve: Pve, place: Place, config: GuestConfig): Promise<string | undefined> {
    const fixed = staticAddress(config);
    if (fixed !== undefined) return fixed;
    const all = (await readInterfaces(pve, place))
        .filter(({ name }) => name !== "lo")
        .flatMap(({ addresses }) => addresses.map(withoutPrefix));
    return all.filter(usable).sort((a, b) => Number(a.includes(":")) - Number(b.includes(":")))[0];
}

/** Waits for DHCP; undefined when no address came before the deadline. */
export async function awaitAddress(pve: Pve, place: Place, config: GuestConfig): Promise<string | undefined> {
    for (;;) {
        const address = await guestAddress(pve, place, config);
        if (address !== undefined || pve.deadline.expired) return address;
        await pve.deadline.sleep(500);
    }
}
