import type { GuestIface, GuestNic, GuestSpec } from "../machine";
import type { Container } from "./container";
import { vethName } from "./lxc-config";
import type { NodeSpace } from "./node-space";

interface IpLink {
    ifname: string;
    address?: string;
    mtu?: number;
    addr_info?: { family: string; local: string; prefixlen: number }[];
}

/** The interfaces of a running guest as the kernel has them. */
export async function guestInterfaces(space: NodeSpace, container: Container): Promise<GuestIface[]> {
    const links = JSON.parse(await space.run(inGuest(container, ["ip", "-json", "address"]))) as IpLink[];
    return links.map(({ ifname, address, addr_info: addresses = [] }) => {
        const of = (family: string): string[] =>
            addresses.filter((entry) => entry.family === family).map((entry) => `${entry.local}/${entry.prefixlen}`);
        return { name: ifname, hwaddr: address ?? "", inet: of("inet"), inet6: of("inet6") };
    });
}

/** Plugs, changes and unplugs interfaces of a running guest until they are as `spec` says. What is right already is left alone. */
export async function plugInterfaces(space: NodeSpace, container: Container, spec: GuestSpec): Promise<void> {
    const all = JSON.parse(await space.run(["ip", "-json", "link", "show"])) as IpLink[];
    const plugged = all.map((link) => link.ifname).filter((name) => new RegExp(`^veth${spec.vmid}i\\d+$`).test(name));
    const inside = await guestInterfaces(space, container);
    for (const nic of spec.nics) {
        const veth = vethName(spec.vmid, nic.index);
        const now = inside.find((entry) => entry.hwaddr.toLowerCase() === nic.hwaddr.toLowerCase() && entry.name === nic.name);
        if (!plugged.includes(veth) || !now) await plug(space, container, veth, nic, plugged.includes(veth));
        await space.run([
            "ip",
            "link",
            "set",
            veth,
            "master",
            nic.bridge,
            ...(nic.mtu === undefined ? [] : ["mtu", String(nic.mtu)]),
            "up",
        ]);
        await address(space, container, nic, now);
    }
    const wanted = spec.nics.map((nic) => vethName(spec.vmid, nic.index));
    for (const veth of plugged.filter((name) => !wanted.includes(name))) await space.run(["ip", "link", "delete", veth]);
}

async function plug(space: NodeSpace, container: Container, veth: string, nic: GuestNic, replace: boolean): Promise<void> {
    if (replace) await space.run(["ip", "link", "delete", veth]);
    const peer = ["peer", "name", nic.name, "address", nic.hwaddr, "netns", String(container.pid)];
    await space.run(["ip", "link", "add", veth, "type", "veth", ...peer]);
    if (nic.mtu !== undefined) await space.run(inGuest(container, ["ip", "link", "set", nic.name, "mtu", String(nic.mtu)]));
    await space.run(inGuest(container, ["ip", "link", "set", nic.name, "up"]));
}

/** A running guest gets fixed addresses at once, as with PVE; `dhcp` and `auto` begin at its next start. */
async function address(space: NodeSpace, container: Container, nic: GuestNic, now: GuestIface | undefined): Promise<void> {
    const fixed = [nic.ip, nic.ip6].filter((ip): ip is string => ip?.includes("/") ?? false);
    const present = now ? [...now.inet, ...now.inet6] : [];
    const routes: [string, string | undefined][] = [
        ["-4", nic.gw],
        ["-6", nic.gw6],
    ];
    if (fixed.length === 0 || fixed.every((ip) => present.includes(ip))) return;
    const script = [
        `ip address flush dev ${nic.name} scope global`,
        ...fixed.map((ip) => `ip address add ${ip} dev ${nic.name}`),
        ...routes.filter(([, gateway]) => gateway).map(([family, gateway]) => `ip ${family} route replace default via ${gateway}`),
    ];
    await space.run(inGuest(container, ["sh", "-e"]), { input: script.join("\n") });
}

function inGuest(container: Container, argv: string[]): string[] {
    return ["nsenter", `--net=/proc/${container.pid}/ns/net`, "--", ...argv];
}
