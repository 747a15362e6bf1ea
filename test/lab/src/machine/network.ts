import { existsSync, readFileSync, readdirSync, rmdirSync } from "node:fs";
import { network, switchNamespace, workstationNamespace } from "./layout";
import type { NodeLayout } from "./layout";
import { willMake } from "./inventory";
import { attempt, run } from "./run";

const netnsDir = "/run/netns";

/** Command line that runs `argv` in a network namespace of the lab. The file systems stay the machine's own. */
export function inNamespace(namespace: string, argv: string[]): string[] {
    return ["nsenter", `--net=${netnsDir}/${namespace}`, "--", ...argv];
}

/**
 * One switch (a bridge, with the lab's service address on it) and a cable to each node's `vmbr0` and to the workstation. Nothing leads
 * outside: the switch forwards, has no route, and so answers "network unreachable" at once instead of leaving callers to time out. A
 * second switch connects the nodes' `vmbr1`, on which nobody has an address: a private network for guests.
 */
export async function makeNetwork(nodes: NodeLayout[]): Promise<void> {
    if (!isMounted(netnsDir) || readdirSync(netnsDir).some((name) => name.startsWith("pvesmb"))) willMake({ kind: "netns-mount" });
    await makeNamespace(switchNamespace);
    await script(switchNamespace, [
        ...bridge("sw0", network.services),
        "sysctl -qw net.ipv4.ip_forward=1",
        ...plainBridge(PRIVATE_SWITCH),
        `ip link set ${PRIVATE_SWITCH} up`,
    ]);
    await makeHostNetwork(workstationNamespace, "ws", network.workstation);
    for (const node of nodes) await makeNodeNetwork(node);
}

/** A host without a bridge: the workstation, a domain controller. `port` is what its cable is called at the switch. */
export async function makeHostNetwork(namespace: string, port: string, address: string): Promise<void> {
    await makeNamespace(namespace);
    await cable(namespace, port);
    await script(namespace, [
        neighbours("eth0"),
        `ip address add ${address}/${network.prefix} dev eth0`,
        `ip route add default via ${network.services}`,
    ]);
}

async function makeNodeNetwork(node: NodeLayout): Promise<void> {
    await makeNamespace(node.namespace);
    await cable(node.namespace, node.name);
    await cable(node.namespace, `${node.name}p`, "eth1", PRIVATE_SWITCH);
    await script(node.namespace, [
        ...bridge(network.bridge, node.address),
        `ip link set eth0 master ${network.bridge}`,
        ...plainBridge(network.privateBridge),
        `ip link set eth1 master ${network.privateBridge}`,
        `ip link set ${network.privateBridge} up`,
        `ip route add default via ${network.services}`,
    ]);
}

const PRIVATE_SWITCH = "sw1";

const plainBridge = (name: string): string[] => [`ip link add ${name} type bridge forward_delay 0`];

function bridge(name: string, address: string): string[] {
    return [...plainBridge(name), `ip address add ${address}/${network.prefix} dev ${name}`, `ip link set ${name} up`, neighbours(name)];
}

/**
 * Who has which address is forgotten after a second and asked thrice within half a second: a guest that is still booting is "no route to
 * host" soon, and one rebuilt at its old address (with a new MAC address) is found at once, not when the kernel's 15 to 45 seconds are over.
 */
function neighbours(device: string): string {
    const key = `net.ipv4.neigh.${device}`;
    return `sysctl -qw ${key}.retrans_time_ms=150 ${key}.base_reachable_time_ms=1000 ${key}.delay_first_probe_time=1`;
}

async function makeNamespace(name: string): Promise<void> {
    willMake({ kind: "netns", name });
    await run(["ip", "netns", "add", name]);
    // Addresses are usable at once without duplicate detection; this lab hands them out itself.
    await script(name, ["ip link set lo up", "sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_dad=0"]);
}

/** A veth pair from an interface of the namespace to a switch. */
async function cable(namespace: string, port: string, device = "eth0", to = "sw0"): Promise<void> {
    await run(["ip", "-n", switchNamespace, "link", "add", port, "type", "veth", "peer", "name", device, "netns", namespace]);
    await run(["ip", "-n", switchNamespace, "link", "set", port, "master", to, "up"]);
    await run(["ip", "-n", namespace, "link", "set", device, "up"]);
}

async function script(namespace: string, commands: string[]): Promise<void> {
    await run(inNamespace(namespace, ["sh", "-e"]), { input: commands.join("\n") });
}

/** Removes a namespace and all its interfaces, after killing what still runs in it (a forgotten shell, a hung smbclient). */
export async function removeNamespace(name: string): Promise<void> {
    if (!existsSync(`${netnsDir}/${name}`)) return;
    const { stdout } = await attempt(["ip", "netns", "pids", name]);
    for (const pid of stdout.split("\n").filter(Boolean).map(Number)) {
        if (pid !== process.pid) await attempt(["kill", "-9", String(pid)]);
    }
    await attempt(["ip", "netns", "delete", name]);
}

/** Undoes what the first `ip netns add` on a machine does: it mounts /run/netns over itself. Only when nobody uses it any more. */
export async function removeNetnsMount(): Promise<void> {
    if (!existsSync(netnsDir) || readdirSync(netnsDir).length > 0) return;
    while (isMounted(netnsDir)) await run(["umount", netnsDir]);
    rmdirSync(netnsDir);
}

function isMounted(path: string): boolean {
    return readFileSync("/proc/self/mountinfo", "utf8")
        .split("\n")
        .some((line) => line.split(" ")[4] === path);
}
