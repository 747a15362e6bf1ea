import type { Connection } from "../../base/connection";
import { hasRoute } from "../../hosts";
import { bareOf } from "../../model/network";
import type { Pve } from "../../proxmox/client/client";
import { readInterfaces } from "../../proxmox/lxc/container";
import type { Place } from "../../proxmox/lxc/container";
import { net } from "../../proxmox/values/property-string";
import type { GuestConfig } from "./config";
import { text } from "./config";

const usable = (address: string): boolean => !address.startsWith("127.") && address !== "::1" && !address.startsWith("fe80:");

/** The fixed addresses in the configuration, IPv4 first, and whether others come by DHCP or router advertisements. */
function configured(config: GuestConfig): { fixed: string[]; leased4: boolean; leased: boolean } {
    const { ip, ip6 } = net.parse(text(config, "net0") ?? "");
    const fixed = [ip, ip6].filter((each) => each !== undefined).filter((each) => each.includes("/"));
    return { fixed: fixed.map(bareOf), leased4: ip === "dhcp", leased: ip === "dhcp" || ip6 === "dhcp" || ip6 === "auto" };
}

/** The address that the configuration tells alone. Beside DHCP for IPv4 an IPv6 address may not be the one that is used. */
export function staticAddress(config: GuestConfig): string | undefined {
    const { fixed, leased4 } = configured(config);
    return leased4 ? undefined : fixed[0];
}

/** The container's addresses as PVE reads them in it, IPv4 first. */
async function leasedAddresses(pve: Pve, place: Place): Promise<string[]> {
    const all = (await readInterfaces(pve, place)).filter(({ name }) => name !== "lo").flatMap(({ addresses }) => addresses.map(bareOf));
    return all.filter(usable).sort((a, b) => Number(a.includes(":")) - Number(b.includes(":")));
}

/** The first that this machine has a route to; from a node or a jump host on, that is theirs to know. */
async function routed(connection: Pick<Connection, "ssh">, addresses: readonly string[]): Promise<string | undefined> {
    if (connection.ssh.via === "node" || connection.ssh.jump !== undefined) return addresses[0];
    for (const address of addresses) if (await hasRoute(address)) return address;
    return undefined;
}

/**
 * The guest's address: a fixed one, else one that it got (read from PVE), and of these the first that can be reached from here: a container
 * with a fixed IPv6 address may get its IPv4 address by DHCP, and this machine may have no IPv6. Undefined while it has none.
 */
export async function guestAddress(
    pve: Pve,
    connection: Pick<Connection, "ssh">,
    place: Place,
    config: GuestConfig,
): Promise<string | undefined> {
    const { fixed, leased } = configured(config);
    const near = await routed(connection, fixed);
    if (near !== undefined || (!leased && fixed.length > 0)) return near ?? fixed[0];
    const found = await leasedAddresses(pve, place);
    return (await routed(connection, found)) ?? fixed[0] ?? found[0];
}

/** Waits for an address that can be reached, as long as one may come; undefined when none came before the deadline. */
export async function awaitAddress(
    pve: Pve,
    connection: Pick<Connection, "ssh">,
    place: Place,
    config: GuestConfig,
): Promise<string | undefined> {
    for (;;) {
        const address = await guestAddress(pve, connection, place, config);
        const done = address !== undefined && (!configured(config).leased || (await routed(connection, [address])) !== undefined);
        if (done || pve.deadline.expired) return address;
        await pve.deadline.sleep(500);
    }
}
