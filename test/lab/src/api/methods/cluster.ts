/** Cluster-wide overviews (pve-manager PVE/API2/Cluster.pm). */
import { badParameters, died } from "../../pve/errors";
import { number, text, type Call, type Methods } from "../call";
import type { Guest } from "../cluster";
import { hostFacts } from "../node-facts";
import { datacenterMethods } from "./datacenter";
import { lxcStatus } from "./lxc-status";
import { vmStatus } from "../qemu/status";

/** `next-id: lower=..,upper=..` of datacenter.cfg. */
function idRange(call: Call): { lower: number; upper: number } {
    const text = call.lab.cluster.options["next-id"] ?? "";
    return { lower: Number(/lower=(\d+)/.exec(text)?.[1] ?? 100), upper: Number(/upper=(\d+)/.exec(text)?.[1] ?? 1_000_000) };
}

/** Nothing is reserved; the answer is text although the schema says integer. */
function nextId(call: Call): string {
    const { guests } = call.lab.cluster;
    const wanted = number(call, "vmid");
    if (wanted !== undefined) {
        if (guests.has(wanted)) throw badParameters({ vmid: `VM ${wanted} already exists` });
        return String(wanted);
    }
    const { lower, upper } = idRange(call);
    for (let vmid = lower; vmid < upper; vmid++) if (!guests.has(vmid)) return String(vmid);
    throw died(`unable to get any free VMID in range [${lower}, ${upper - 1}]`);
}

async function guestRow(call: Call, guest: Guest): Promise<Record<string, unknown>> {
    const { lab } = call;
    const pool = lab.access.poolOf({ vmid: guest.vmid });
    const hastate = lab.cluster.haResources.get(`${guest.kind === "lxc" ? "ct" : "vm"}:${guest.vmid}`)?.["state"];
    const online = lab.machine.nodes().some((node) => node.name === guest.node && node.online);
    const facts = {
        id: `${guest.kind}/${guest.vmid}`,
        type: guest.kind,
        vmid: guest.vmid,
        node: guest.node,
        ...(pool === undefined ? {} : { pool }),
        ...(hastate === undefined ? {} : { hastate }),
    };
    if (!online) return { ...facts, status: "unknown" };
    const status = guest.kind === "lxc" ? await lxcStatus(lab, guest) : vmStatus(guest);
    const { name, cpu, cpus, maxmem, mem, maxdisk, disk, uptime, netin, netout, diskread, diskwrite, tags, lock } = status;
    return {
        ...facts,
        ...{
            status: status["status"],
            name,
            cpu,
            maxcpu: cpus,
            maxmem,
            mem,
            maxdisk,
            disk,
            uptime,
            netin,
            netout,
            diskread,
            diskwrite,
            template: status["template"] ?? 0,
        },
        ...(tags === undefined ? {} : { tags }),
        ...(lock === undefined ? {} : { lock }),
    };
}

function nodeRow(call: Call, node: { name: string; online: boolean }): Record<string, unknown> {
    const facts = { id: `node/${node.name}`, node: node.name, type: "node", status: node.online ? "online" : "offline" };
    if (!node.online || !call.lab.access.has(call.identity, `/nodes/${node.name}`, "Sys.Audit")) return facts;
    const host = hostFacts();
    return { ...facts, maxcpu: host.cpus, cpu: 0, maxmem: host.memory, mem: host.memory - host.free, uptime: host.uptime, level: "" };
}

/** Filtered to what the caller may see, never refused. */
async function resources(call: Call): Promise<unknown[]> {
    const { lab, identity } = call;
    const type = text(call, "type");
    const rows: Record<string, unknown>[] = [];
    if (type === undefined || type === "vm")
        for (const guest of lab.cluster.guests.values())
            if (lab.access.has(identity, `/vms/${guest.vmid}`, "VM.Audit")) rows.push(await guestRow(call, guest));
    if (type === undefined || type === "node") rows.push(...lab.machine.nodes().map((node) => nodeRow(call, node)));
    if (type === undefined || type === "storage") {
        for (const config of lab.cluster.storages.values()) {
            if (!lab.access.hasAny(identity, `/storage/${config.storage}`, "Datastore.Audit", "Datastore.AllocateSpace")) continue;
            for (const node of lab.machine.nodes()) {
                if (!lab.storages.onNode(config, node.name)) continue;
                const usage = node.online
                    ? await lab.machine.usage(node.name, lab.storages.place(config)).catch(() => undefined)
                    : undefined;
                rows.push({
                    id: `storage/${node.name}/${config.storage}`,
                    type: "storage",
                    storage: config.storage,
                    node: node.name,
                    plugintype: config.type,
                    content: lab.storages.contents(config).join(","),
                    shared: lab.storages.isShared(config) ? 1 : 0,
                    status: usage ? "available" : "unknown",
                    ...(usage ? { maxdisk: usage.total, disk: usage.used } : {}),
                });
            }
        }
    }
    return rows;
}

/** A lone node has no row of type `cluster`. */
function status(call: Call): unknown[] {
    const nodes = call.lab.machine.nodes();
    const rows = nodes.map((node, index) => ({
        id: `node/${node.name}`,
        type: "node",
        name: node.name,
        nodeid: nodes.length > 1 ? index + 1 : 0,
        ip: node.address,
        local: node.name === call.via ? 1 : 0,
        online: node.online ? 1 : 0,
        level: "",
    }));
    if (nodes.length < 2) return rows;
    return [
        {
            id: "cluster",
            type: "cluster",
            name: "lab",
            version: nodes.length,
            nodes: nodes.length,
            quorate: call.lab.cluster.quorate ? 1 : 0,
        },
        ...rows,
    ];
}

export const clusterMethods: Methods = {
    "GET /cluster": () =>
        ["backup", "ha", "nextid", "options", "replication", "resources", "status", "tasks", "mapping", "metrics"].map((name) => ({
            name,
        })),
    "GET /cluster/nextid": nextId,
    "GET /cluster/resources": resources,
    "GET /cluster/status": status,
    ...datacenterMethods,
};
