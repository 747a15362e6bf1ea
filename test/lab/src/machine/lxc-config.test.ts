import type { GuestSpec } from "../machine";
import { cgroupLimits, guestConfig } from "./lxc-config";

const spec: GuestSpec = {
    node: "pve1",
    vmid: 101,
    hostname: "files",
    unprivileged: true,
    nesting: false,
    ostype: "debian",
    memory: 512 * 1024 * 1024,
    swap: 0,
    cores: 1,
    mounts: [],
    nics: [{ index: 2, name: "lan", bridge: "vmbr0", hwaddr: "BC:24:11:00:00:01", mtu: 1400 }],
};
const around = { rootfs: "/r", cgroup: 1 as const, cpus: 4 };

function values(text: string, key: string): string[] {
    return text
        .split("\n")
        .filter((line) => line.startsWith(`${key} = `))
        .map((line) => line.slice(key.length + 3));
}

test("only an unprivileged guest has its ids mapped", () => {
    expect(values(guestConfig(spec, [], around), "lxc.idmap")).toEqual(["u 0 100000 65536", "g 0 100000 65536"]);
    expect(values(guestConfig({ ...spec, unprivileged: false }, [], around), "lxc.idmap")).toEqual([]);
});

test("an interface keeps its number, name and MAC address", () => {
    const text = guestConfig(spec, [], around);
    expect(values(text, "lxc.net.2.name")).toEqual(["lan"]);
    expect(values(text, "lxc.net.2.veth.pair")).toEqual(["veth101i2"]);
    expect(values(text, "lxc.net.2.mtu")).toEqual(["1400"]);
});

test("a mount's path may hold blanks, and a read-only one is mounted so", () => {
    const mounts = [{ source: "/a b", target: "/srv/my data", readOnly: true }];
    expect(values(guestConfig(spec, mounts, around), "lxc.mount.entry")).toContain(
        "/a\\040b srv/my\\040data none rbind,rslave,create=dir,ro 0 0",
    );
});

test("as many cores as the machine has are no limit", () => {
    const quota = (cores: number, cgroup: 1 | 2): string | undefined =>
        cgroupLimits({ ...spec, cores }, { cgroup, cpus: 4 }).find(([key]) => key.startsWith("cpu."))?.[1];
    expect([quota(1, 1), quota(4, 1), quota(2, 2), quota(8, 2)]).toEqual(["100000", "-1", "200000 100000", "max 100000"]);
});

test("LXC's own keys come last, and a mapping by hand replaces the usual one", () => {
    const text = guestConfig({ ...spec, unprivileged: true, lxc: [["lxc.idmap", "u 0 100000 1000"]] }, [], around);
    expect(text.match(/lxc\.idmap = .*/g)).toEqual(["lxc.idmap = u 0 100000 1000"]);
    expect(text).toMatch(/lxc\.idmap = u 0 100000 1000\n$/);
    expect(guestConfig({ ...spec, unprivileged: true, lxc: [["lxc.tty.max", "2"]] }, [], around)).toContain("lxc.idmap = u 0 100000 65536");
});
