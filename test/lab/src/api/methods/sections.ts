/** Cluster-wide lists with a few rules of their own: replication, directory mappings, metric servers. */
import { badParameters, died } from "../../pve/errors";
import { splitList } from "../../pve/lists";
import { list, need, others, text, type Call, type Methods } from "../call";
import { digestOf } from "../cluster";

const numeric = new Set(["disable", "port", "mtu", "rate", "timeout"]);

/** Stored text as JSON. */
export function asJson(values: Record<string, string>): Record<string, unknown> {
    return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, numeric.has(key) ? Number(value) : value]));
}

function mayReplicate(call: Call, vmid: number): void {
    if (call.lab.modern) call.lab.access.check(call.identity, `/vms/${vmid}`, "VM.Replicate");
    else call.lab.access.check(call.identity, "/storage", "Datastore.Allocate");
}

function createReplication(call: Call): null {
    const { cluster, machine } = call.lab;
    const id = need(call, "id");
    const target = need(call, "target");
    const vmid = Number(id.split("-")[0]);
    mayReplicate(call, vmid);
    // A lone node is no cluster member, so not even its own name is one.
    if (machine.nodes().length < 2 || !machine.nodes().some((node) => node.name === target))
        throw died(`Target '${target}' does not exist.`);
    const guest = cluster.guests.get(vmid);
    if (!guest) throw died(`guest '${vmid}' does not exist`);
    if (guest.node === target) throw died(`Target '${target}' is the same as the source node`);
    if (cluster.replication.has(id)) throw died(`create replication job failed: replication job '${id}' already exists`);
    cluster.replication.set(id, { ...others(call, "id"), guest: String(vmid), source: guest.node });
    return null;
}

function replication(call: Call): Record<string, string> {
    const found = call.lab.cluster.replication.get(need(call, "id"));
    if (!found) throw badParameters({ id: `no such job '${need(call, "id")}'` });
    mayReplicate(call, Number(need(call, "id").split("-")[0]));
    return found;
}

async function checkMap(call: Call): Promise<string[]> {
    const map = list(call, "map");
    for (const entry of map) {
        const parts = Object.fromEntries(entry.split(",").map((part) => part.split("=", 2))) as Record<string, string>;
        const path = parts["path"] ?? "";
        if (parts["node"] === call.via && !(await call.lab.machine.directoryExists(call.via, path)))
            throw died(`Path ${path} does not exist`);
    }
    return map;
}

async function createMapping(call: Call): Promise<null> {
    const { dirMappings } = call.lab.cluster;
    const id = need(call, "id");
    const map = await checkMap(call);
    if (dirMappings.has(id)) throw died(`create directory mapping failed: dir ID '${id}' already defined`);
    dirMappings.set(id, { description: text(call, "description"), map });
    return null;
}

function mapping(call: Call): { description?: string; map: string[] } {
    const found = call.lab.cluster.dirMappings.get(need(call, "id"));
    if (!found) throw died(`mapping '${need(call, "id")}' not found`);
    return found;
}

async function changeMapping(call: Call): Promise<null> {
    const map = await checkMap(call);
    const entry = call.lab.cluster.dirMappings.get(need(call, "id"));
    if (!entry) throw died(`update directory mapping failed: dir ID '${need(call, "id")}' does not exist`);
    if (map.length > 0) entry.map = map;
    entry.description = text(call, "description") ?? entry.description;
    if (splitList(text(call, "delete")).includes("description")) entry.description = undefined;
    return null;
}

function mappings(call: Call): unknown[] {
    const names = ["Mapping.Use", "Mapping.Modify", "Mapping.Audit"];
    const seen = [...call.lab.cluster.dirMappings].filter(([id]) => call.lab.access.hasAny(call.identity, `/mapping/dir/${id}`, ...names));
    return seen.map(([id, entry]) => ({ id, ...entry, ...(text(call, "check-node") === undefined ? {} : { checks: [] }) }));
}

function metricServer(call: Call): Record<string, string> {
    const found = call.lab.cluster.metricServers.get(need(call, "id"));
    if (!found) throw died(`status server entry '${need(call, "id")}' does not exist`);
    return found;
}

export const sectionMethods: Methods = {
    "GET /cluster/replication": (call) =>
        [...call.lab.cluster.replication]
            .filter(([id]) => call.lab.access.has(call.identity, `/vms/${id.split("-")[0]}`, "VM.Audit"))
            .map(([id, job]) => ({ id, ...asJson(job) })),
    "POST /cluster/replication": createReplication,
    "GET /cluster/replication/{id}": (call) => ({
        id: need(call, "id"),
        ...asJson(replication(call)),
        digest: digestOf([...call.lab.cluster.replication]),
    }),
    "PUT /cluster/replication/{id}": (call) => {
        Object.assign(replication(call), others(call, "id", "delete", "digest"));
        return null;
    },
    "DELETE /cluster/replication/{id}": (call) => {
        replication(call);
        call.lab.cluster.replication.delete(need(call, "id"));
        return null;
    },
    "GET /cluster/mapping/dir": mappings,
    "POST /cluster/mapping/dir": createMapping,
    "GET /cluster/mapping/dir/{id}": (call) => ({ id: need(call, "id"), ...mapping(call), digest: digestOf(mapping(call)) }),
    "PUT /cluster/mapping/dir/{id}": changeMapping,
    "DELETE /cluster/mapping/dir/{id}": (call) => {
        call.lab.cluster.dirMappings.delete(need(call, "id"));
        return null;
    },
    "GET /cluster/notifications/targets": () => [
        { name: "mail-to-root", type: "sendmail", origin: "builtin", comment: "Send mails to root@pam's email address" },
    ],
    "GET /cluster/notifications/matchers": () => [
        {
            name: "default-matcher",
            mode: "all",
            target: ["mail-to-root"],
            origin: "builtin",
            comment: "Route all notifications to mail-to-root",
        },
    ],
    "GET /cluster/metrics/server": (call) =>
        [...call.lab.cluster.metricServers].map(([id, entry]) => ({ id, ...asJson({ disable: "0", ...entry }) })),
    "GET /cluster/metrics/server/{id}": (call) => asJson(metricServer(call)),
    "POST /cluster/metrics/server/{id}": (call) => {
        const { metricServers } = call.lab.cluster;
        if (metricServers.has(need(call, "id"))) throw died(`metric server with ID '${need(call, "id")}' already exists`);
        metricServers.set(need(call, "id"), others(call, "id"));
        return null;
    },
    "PUT /cluster/metrics/server/{id}": (call) => {
        Object.assign(metricServer(call), others(call, "id", "delete", "digest"));
        return null;
    },
    "DELETE /cluster/metrics/server/{id}": (call) => {
        metricServer(call);
        call.lab.cluster.metricServers.delete(need(call, "id"));
        return null;
    },
};
