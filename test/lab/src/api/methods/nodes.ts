/** Nodes (pve-manager PVE/API2/Nodes.pm and others). */
import { died } from "../../pve/errors";
import { splitList } from "../../pve/lists";
import { need, others, text, type Call, type Methods } from "../call";
import { digestOf } from "../cluster";
import { checkSameDigest } from "../section-options";
import { hostFacts } from "../node-facts";
import { versions } from "../versions";

function list(call: Call): unknown[] {
    const host = hostFacts();
    return call.lab.machine.nodes().map((node) => ({
        id: `node/${node.name}`,
        type: "node",
        node: node.name,
        status: node.online ? "online" : "offline",
        ssl_fingerprint: call.lab.fingerprints.get(node.name) ?? "",
        ...(node.online && call.lab.access.has(call.identity, `/nodes/${node.name}`, "Sys.Audit")
            ? { cpu: 0, maxcpu: host.cpus, mem: host.memory - host.free, maxmem: host.memory, uptime: host.uptime, level: "" }
            : {}),
    }));
}

function status(call: Call): unknown {
    const host = hostFacts();
    return {
        uptime: host.uptime,
        loadavg: host.load,
        cpu: 0,
        wait: 0,
        idle: 0,
        cpuinfo: { cpus: host.cpus, cores: host.cpus, sockets: 1, model: host.model },
        memory: { total: host.memory, free: host.free, used: host.memory - host.free },
        swap: { total: 0, free: 0, used: 0 },
        kversion: "Linux",
        pveversion: `pve-manager/${versions[call.lab.version].version}/${versions[call.lab.version].repoid}`,
    };
}

async function network(call: Call): Promise<unknown[]> {
    const node = need(call, "node");
    const bridges = ["vmbr0", "vmbr1", "vmbr2", "vmbr3"];
    const there = await Promise.all(bridges.map((bridge) => call.lab.machine.bridgeExists(node, bridge)));
    const seen = bridges.filter(
        (bridge, index) =>
            there[index] && call.lab.access.hasAny(call.identity, `/sdn/zones/localnetwork/${bridge}`, "SDN.Audit", "SDN.Use"),
    );
    return seen.map((iface) => ({
        iface,
        type: "bridge",
        active: 1,
        autostart: 1,
        method: "static",
        method6: "manual",
        families: ["inet"],
        bridge_ports: "",
        bridge_stp: "off",
        bridge_fd: "0",
    }));
}

function zfsPools(call: Call): string[] {
    const pools = [...call.lab.cluster.storages.values()].filter((config) => config.type === "zfspool");
    return [...new Set(pools.map((config) => config["pool"]?.split("/")[0] ?? ""))];
}

function packages(call: Call): unknown[] {
    const { version } = versions[call.lab.version];
    const facts = {
        Package: "pve-manager",
        Title: "Proxmox Virtual Environment Management Tools",
        Description: "Proxmox Virtual Environment Management Tools",
        Section: "admin",
        Priority: "optional",
        Arch: "all",
    };
    return [{ ...facts, Origin: "Proxmox", CurrentState: "Installed", Version: version, OldVersion: version }];
}

/** Nothing at all before it was first written (pve-manager PVE/NodeConfig.pm). */
function readConfig(call: Call): unknown {
    const values = call.lab.cluster.nodeConfigs.get(need(call, "node"));
    if (!values) return {};
    const numbers = ["startall-onboot-delay", "ballooning-target"];
    const shown = Object.entries(values).map(([key, value]): [string, unknown] => [
        key,
        key === "description" ? `${value.replace(/\n+$/, "")}\n` : numbers.includes(key) ? Number(value) : value,
    ]);
    const all = { ...Object.fromEntries(shown), digest: digestOf(values) };
    const wanted = text(call, "property");
    return wanted === undefined ? all : Object.fromEntries(Object.entries(all).filter(([key]) => key === wanted));
}

function changeConfig(call: Call): null {
    const { nodeConfigs } = call.lab.cluster;
    const node = need(call, "node");
    const before = nodeConfigs.get(node);
    if (before) checkSameDigest(digestOf(before), text(call, "digest"));
    const next = { ...before, ...others(call, "node", "delete", "digest") };
    for (const key of splitList(text(call, "delete"))) delete next[key];
    nodeConfigs.set(node, next);
    return null;
}

const subdirectories = "aplinfo certificates config disks lxc network qemu rrddata status storage tasks time version vzdump".split(" ");

export const nodeMethods: Methods = {
    "GET /version": (call) => versions[call.lab.version],
    "GET /nodes": list,
    "GET /nodes/{node}": () => subdirectories.map((name) => ({ name })),
    "GET /nodes/{node}/version": (call) => versions[call.lab.version],
    "GET /nodes/{node}/status": status,
    "GET /nodes/{node}/time": () => ({ timezone: "UTC", time: Math.floor(Date.now() / 1000), localtime: Math.floor(Date.now() / 1000) }),
    "GET /nodes/{node}/config": readConfig,
    "PUT /nodes/{node}/config": changeConfig,
    "GET /nodes/{node}/disks/list": () => [], // A lab's node has no disk of its own.
    "GET /nodes/{node}/network": network,
    "GET /nodes/{node}/certificates/info": (call) => [
        {
            filename: "pve-ssl.pem",
            fingerprint: call.lab.fingerprints.get(need(call, "node")) ?? "",
            san: [need(call, "node"), "localhost", "127.0.0.1"],
            subject: `/CN=${need(call, "node")}`,
        },
    ],
    "GET /nodes/{node}/apt/versions": packages,
    "GET /nodes/{node}/disks/zfs": (call) => zfsPools(call).map((name) => ({ name, health: "ONLINE", dedup: 1, frag: 0 })),
    "GET /nodes/{node}/disks/zfs/{name}": (call) => {
        const name = need(call, "name");
        if (!zfsPools(call).includes(name)) throw died(`command '/sbin/zpool status -P ${name}' failed: exit code 1`);
        return { name, state: "ONLINE", errors: "No known data errors", children: [] };
    },
    "POST /nodes/{node}/disks/zfs": (call) =>
        call.lab.tasks.start(need(call, "node"), "zfscreate", need(call, "name"), call.identity, () => {
            throw died("this lab has no free disks");
        }),
    "GET /nodes/{node}/rrddata": () => [],
};

/** PVE resolves unknown node names by DNS and fails (pve-manager PVE/HTTPServer.pm, pve-common INotify.pm). */
export function unknownNode(node: string): Error {
    return died(`hostname lookup '${node}' failed - failed to get address info for: ${node}: Temporary failure in name resolution`);
}
