import { homedir } from "node:os";
import { join } from "node:path";

/** A second lab on the same machine gets a name by this variable; its addresses are the same, in networks of its own. */
const labName = process.env["LAB_NAME"] ? `-${process.env["LAB_NAME"]}` : "";

/**
 * The name is part of directory names, and the longest path below them is a socket's: LXC's, of a VMID of nine digits on a node whose name
 * has eight letters. The kernel takes 107 bytes for it (unix(7)). No network interface carries the name: each is in a namespace of its own.
 */
export const longestLabName = 107 - "/var/lib/pvesmb-lab-/nodes/12345678/lxc/123456789/command".length;

/** What is wrong with a lab's name, or nothing. */
export function labNameFault(name: string): string | undefined {
    if (!/^[a-z0-9-]*$/.test(name))
        return `LAB_NAME has small letters, digits and "-" only, since directories and network namespaces are named after it: ${name}`;
    if (name.length > longestLabName)
        return `LAB_NAME has ${name.length} letters, and with more than ${longestLabName} the path of a container's command socket is longer than the 107 bytes that Linux allows`;
    return undefined;
}

/**
 * Where the lab keeps things and what it calls them. Everything of a running lab is below `stateDir`, in network namespaces and
 * cgroups with the prefix `pvesmb-`; everything worth keeping between runs is below `cacheDir`.
 */
export const stateDir = `/var/lib/pvesmb-lab${labName}`;
export const cacheDir = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "pvesmb");

/** Name of the lab's directory in each cgroup hierarchy. */
export const cgroupName = `pvesmb-lab${labName}`;

export const inventoryFile = join(stateDir, "made");
export const daemonFile = join(stateDir, "daemon.json");
export const daemonLog = join(stateDir, "daemon.log");
export const accessFile = join(stateDir, "access.json");
export const controlSocket = join(stateDir, "control.sock");
export const machineSocket = join(stateDir, "machine.sock");
export const nodeKey = join(stateDir, "node-key");
export const resolvConf = join(stateDir, "resolv.conf");

export const network = {
    prefix: 24,
    /** The lab's own host: DNS, DHCP, apt repository; default gateway of everything, leading nowhere. */
    services: "10.86.0.1",
    workstation: "10.86.0.2",
    /** Addresses that DHCP gives out. 10.86.0.50 to .199 are free for static use. */
    dhcp: { first: "10.86.0.200", last: "10.86.0.249" },
    domain: "lab",
    bridge: "vmbr0",
    /** Between guests of all nodes only: no address of the lab's own. */
    privateBridge: "vmbr1",
} as const;

export const switchNamespace = `pvesmb${labName}-sw`;
export const workstationNamespace = `pvesmb${labName}-ws`;

/** Each node's ZFS pool. */
export const zfsPool = "rpool";

/** Where pvesmb has its datasets mounted (provider/quota/zfs.ts). */
export const datasets = "/var/lib/pvesmb/datasets";

/** One node of the lab: a network namespace with the bridge `vmbr0`, a mount namespace, and a container in both. */
export interface NodeLayout {
    name: string;
    address: string;
    namespace: string;
    /** Everything of the node on disk. */
    dir: string;
    /** Directory storages, seen in the node at the key's path: node path -> path here. */
    directories: Record<string, string>;
    /** LXC's own state (config files, command sockets). */
    lxcPath: string;
    /** Bound into the node, holds the socket of the `pct` and `pvesm` commands. */
    rpcDir: string;
}

export function nodeLayout(name: string, index: number): NodeLayout {
    const dir = join(stateDir, "nodes", name);
    return {
        name,
        address: `10.86.0.${11 + index}`,
        namespace: `pvesmb${labName}-${name}`,
        dir,
        directories: {
            "/var/lib/vz": join(dir, "vz"),
            "/tank": join(dir, "tank"),
            "/mnt/btrfs": join(dir, "btrfs"),
            "/mnt/pve/shared": join(stateDir, "shared"),
            [`/${zfsPool}`]: join(dir, "zfs", zfsPool),
            [datasets]: join(dir, "datasets"),
        },
        lxcPath: join(dir, "lxc"),
        rpcDir: join(dir, "rpc"),
    };
}
