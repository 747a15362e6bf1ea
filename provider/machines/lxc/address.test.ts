import { Deadline } from "../../base/deadline";
import type { Connection } from "../../base/connection";
import { hasRoute } from "../../hosts/probe/route";
import type { Pve } from "../../proxmox/client/client";
import { awaitAddress, guestAddress, staticAddress } from "./address";

jest.mock("../../hosts/probe/route", () => ({ hasRoute: jest.fn() }));

const place = { node: "pve1", vmid: 105 };
const direct = { ssh: { via: "guest" } } as Connection;
const config = (ips: string) => ({ net0: `name=eth0,bridge=vmbr0,${ips}` });
/** A container that has got these addresses; later ones come with each further look. */
const container = (...looks: string[][]): Pve =>
    ({
        deadline: Deadline.in(5_000),
        get: () =>
            Promise.resolve(
                (looks.length > 1 ? looks.shift() : looks[0])?.map((address) => ({
                    name: "eth0",
                    [address.includes(":") ? "inet6" : "inet"]: address,
                })) ?? [],
            ),
    }) as unknown as Pve;
const machine = (...families: (4 | 6)[]): void =>
    void jest.mocked(hasRoute).mockImplementation((address) => Promise.resolve(families.includes(address.includes(":") ? 6 : 4)));

const [V4, V6] = ["10.9.0.5/24", "2001:db8::5/64"];

test.each<[string, (4 | 6)[], string, string[], string]>([
    ["fixed IPv4", [4, 6], `ip=${V4},ip6=auto`, [V6], "10.9.0.5"],
    ["fixed IPv4 and IPv6, from a machine with IPv6 only", [6], `ip=${V4},ip6=${V6}`, [], "2001:db8::5"],
    ["fixed IPv4 beside an announced IPv6, from a machine with IPv6 only", [6], `ip=${V4},ip6=auto`, [V4, V6], "2001:db8::5"],
    ["DHCP beside fixed IPv6, from a machine with both", [4, 6], `ip=dhcp,ip6=${V6}`, [V4, V6], "2001:db8::5"],
    ["DHCP beside fixed IPv6, from a machine with IPv4 only", [4], `ip=dhcp,ip6=${V6}`, [V4, V6], "10.9.0.5"],
    ["DHCP, from a machine with IPv6 only", [6], "ip=dhcp,ip6=dhcp", [V4, V6], "2001:db8::5"],
    ["fixed, from a machine without a network", [], `ip=${V4}`, [], "10.9.0.5"],
])("%s", async (_, families, ips, leases, address) => {
    machine(...families);
    expect(await guestAddress(container(leases), direct, place, config(ips))).toBe(address);
});

test("beside a fixed IPv6 address that cannot be reached, the one that DHCP brings is awaited", async () => {
    machine(4);
    expect(await awaitAddress(container([], [V6], [V4, V6]), direct, place, config(`ip=dhcp,ip6=${V6}`))).toBe("10.9.0.5");
});

test("from a node or jump host on, it is not this machine's routes that count", async () => {
    machine();
    for (const ssh of [{ via: "node" }, { via: "guest", jump: { address: "10.9.0.1" } }])
        expect(await guestAddress(container([]), { ssh } as Connection, place, config(`ip=${V4},ip6=${V6}`))).toBe("10.9.0.5");
});

test("the configuration does not tell the address alone when IPv4 comes by DHCP", () => {
    expect([
        staticAddress(config(`ip=${V4},ip6=dhcp`)),
        staticAddress(config(`ip6=${V6}`)),
        staticAddress(config(`ip=dhcp,ip6=${V6}`)),
    ]).toEqual(["10.9.0.5", "2001:db8::5", undefined]);
});
