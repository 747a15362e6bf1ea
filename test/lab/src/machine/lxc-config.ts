import type { GuestNic, GuestSpec } from "../machine";
import { cgroupName } from "./layout";

/** What the text depends on beside the container's own settings. */
export interface LxcSurroundings {
    /** Path of the mounted rootfs. */
    rootfs: string;
    cgroup: 1 | 2;
    /** Processors of the machine. */
    cpus: number;
}

/** LXC's configuration of a guest, close to the one PVE writes at each start (PVE::LXC::update_lxc_config). */
export function guestConfig(
    spec: GuestSpec,
    mounts: { source: string; target: string; readOnly: boolean }[],
    around: LxcSurroundings,
): string {
    const own = spec.lxc ?? [];
    const usualIds = spec.unprivileged && !own.some(([key]) => key === "lxc.idmap");
    return lines([
        "lxc.include = /usr/share/lxc/config/common.conf",
        spec.unprivileged && "lxc.include = /usr/share/lxc/config/userns.conf",
        usualIds && "lxc.idmap = u 0 100000 65536",
        usualIds && "lxc.idmap = g 0 100000 65536",
        spec.nesting && "lxc.include = /usr/share/lxc/config/nesting.conf",
        "lxc.mount.auto = proc:mixed sys:mixed cgroup:mixed",
        "lxc.apparmor.profile = unconfined",
        `lxc.uts.name = ${spec.hostname}`,
        `lxc.rootfs.path = dir:${around.rootfs}`,
        ...cgroupDirs(`${spec.node}/guest-${spec.vmid}`),
        ...limits(spec, around),
        ...mounts.map((mount) => `lxc.mount.entry = ${entry(mount)}`),
        ...spec.nics.flatMap((nic) => nicLines(spec.vmid, nic)),
        ...own.map(([key, value]) => `${key} = ${value}`),
    ]);
}

/** LXC's configuration of a node: privileged, in the node's own network, with its storages at their places. */
export function nodeConfig(name: string, rootfs: string, mounts: { source: string; target: string }[]): string {
    return lines([
        "lxc.include = /usr/share/lxc/config/common.conf",
        "lxc.mount.auto = proc:mixed sys:mixed cgroup:mixed",
        "lxc.apparmor.profile = unconfined",
        `lxc.uts.name = ${name}`,
        `lxc.rootfs.path = dir:${rootfs}`,
        "lxc.net.0.type = none",
        ...cgroupDirs(`${name}/node`),
        ...mounts.map((mount) => `lxc.mount.entry = ${entry({ ...mount, readOnly: false })}`),
    ]);
}

/** Limits as key and value of the cgroup, usable both in the file and with lxc-cgroup on a running container. */
export function cgroupLimits(
    spec: Pick<GuestSpec, "memory" | "swap" | "cores">,
    around: Pick<LxcSurroundings, "cgroup" | "cpus">,
): [string, string][] {
    const cores = spec.cores && spec.cores < around.cpus ? spec.cores : undefined;
    if (around.cgroup === 2) {
        return [
            ["memory.max", String(spec.memory)],
            ["cpu.max", cores ? `${cores * 100_000} 100000` : "max 100000"],
        ];
    }
    return [
        ["memory.limit_in_bytes", String(spec.memory)],
        ["cpu.cfs_quota_us", String(cores ? cores * 100_000 : -1)],
    ];
}

function limits(spec: GuestSpec, around: LxcSurroundings): string[] {
    const prefix = around.cgroup === 2 ? "lxc.cgroup2" : "lxc.cgroup";
    return cgroupLimits(spec, around).map(([key, value]) => `${prefix}.${key} = ${value}`);
}

function cgroupDirs(name: string): string[] {
    const dir = `${cgroupName}/${name}`;
    return [
        `lxc.cgroup.dir.monitor = ${dir}/monitor`,
        `lxc.cgroup.dir.monitor.pivot = ${cgroupName}/daemon/pivot`,
        `lxc.cgroup.dir.container = ${dir}/payload`,
        "lxc.cgroup.dir.container.inner = ns",
    ];
}

function nicLines(vmid: number, nic: GuestNic): (string | false)[] {
    const key = (name: string, value: string | number): string => `lxc.net.${nic.index}.${name} = ${value}`;
    return [
        key("type", "veth"),
        key("link", nic.bridge),
        key("veth.pair", vethName(vmid, nic.index)),
        key("name", nic.name),
        key("hwaddr", nic.hwaddr),
        key("flags", "up"),
        nic.mtu !== undefined && key("mtu", nic.mtu),
    ];
}

/** The node's end of a guest's interface, named as PVE names it. */
export function vethName(vmid: number, index: number): string {
    return `veth${vmid}i${index}`;
}

/** A line of fstab's form; LXC reads octal escapes in it. */
function entry(mount: { source: string; target: string; readOnly: boolean }): string {
    const escape = (path: string): string => path.replace(/[\s\\]/g, (sign) => `\\${sign.charCodeAt(0).toString(8).padStart(3, "0")}`);
    return `${escape(mount.source)} ${escape(mount.target.replace(/^\/+/, ""))} none rbind,rslave,create=dir${mount.readOnly ? ",ro" : ""} 0 0`;
}

function lines(texts: (string | false | undefined)[]): string {
    return `${texts.filter((text) => typeof text === "string").join("\n")}\n`;
}
