/** Cluster-wide lists with a few rules of their own: replication, directory mappings, metric servers. */
import { died } from "../../pve/errors";
import { splitList } from "../../pve/lists";
import { list, need, others, text, type Call, type Methods } from "../call";
import { digestOf } from "../cluster";
import { checkSameDigest, lockedAs, optionsOf, updateSection, type Options } from "../section-options";

const numeric = new Set(
    "disable guest jobnum port mtu rate timeout max-body-size verify-certificate otel-timeout otel-verify-ssl otel-max-body-size".split(
        " ",
    ),
);

/** pve-guest-common ReplicationConfig.pm. */
const replicationOptions = optionsOf("", "disable comment rate schedule remove_job source", "target");

/** pve-manager PVE/Status/*.pm. */
const metricOptions: Record<string, Options> = {
    graphite: optionsOf("server", "port mtu proto timeout path disable"),
    influxdb: optionsOf(
        "server port",
        "mtu disable organization bucket token influxdbproto timeout max-body-size api-path-prefix verify-certificate",
    ),
    opentelemetry: optionsOf(
        "server",
        "port disable otel-protocol otel-path otel-timeout otel-headers otel-verify-ssl otel-max-body-size otel-resource-attributes otel-compression",
    ),
};

/** Stored text as JSON. */
function asJson(values: Record<string, string>): Record<string, unknown> {
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
    cluster.replication.set(id, { ...others(call, "id"), guest: String(vmid), jobnum: id.split("-")[1] ?? "0", source: guest.node });
    return null;
}

function replication(call: Call): Record<string, string> {
    const found = call.lab.cluster.replication.get(need(call, "id"));
    if (!found) throw died(`no such job '${need(call, "id")}'`);
    return found;
}

function readReplication(call: Call): unknown {
    const id = need(call, "id");
    const found = call.lab.cluster.replication.get(id);
    if (!found) throw died(`no such replication job '${id}'`);
    call.lab.access.check(call.identity, `/vms/${found["guest"]}`, "VM.Audit");
    return { id, ...asJson(found), digest: digestOf([...call.lab.cluster.replication]) };
}

function changeReplication(call: Call): null {
    mayReplicate(call, Number(need(call, "id").split("-")[0]));
    checkSameDigest(digestOf([...call.lab.cluster.replication]), text(call, "digest"));
    updateSection(replication(call), others(call, "id", "delete", "digest"), splitList(text(call, "delete")), replicationOptions);
    return null;
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

const mappingDigest = (call: Call): string => digestOf([...call.lab.cluster.dirMappings]);

function changeMapping(call: Call): Promise<null> {
    return lockedAs("update directory mapping failed", async () => {
        checkSameDigest(mappingDigest(call), text(call, "digest"));
        const entry = call.lab.cluster.dirMappings.get(need(call, "id"));
        if (!entry) throw died(`dir ID '${need(call, "id")}' does not exist`);
        const map = await checkMap(call);
        const values: Record<string, string> = entry.description === undefined ? {} : { description: entry.description };
        updateSection(
            values,
            others(call, "id", "digest", "delete", "map"),
            splitList(text(call, "delete")),
            optionsOf("map", "description"),
        );
        if (map.length > 0) entry.map = map;
        entry.description = values["description"];
        return null;
    });
}

const mappingRow = ({ description, map }: { description?: string; map: string[] }): Record<string, unknown> => ({
    type: "dir",
    map,
    ...(description === undefined ? {} : { description }),
});

function mappings(call: Call): unknown[] {
    const names = ["Mapping.Use", "Mapping.Modify", "Mapping.Audit"];
    const seen = [...call.lab.cluster.dirMappings].filter(([id]) => call.lab.access.hasAny(call.identity, `/mapping/dir/${id}`, ...names));
    return seen.map(([id, entry]) => ({
        id,
        ...mappingRow(entry),
        digest: mappingDigest(call),
        ...(text(call, "check-node") === undefined ? {} : { checks: [] }),
    }));
}

function metricServer(call: Call): Record<string, string> {
    const found = call.lab.cluster.metricServers.get(need(call, "id"));
    if (!found) throw died(`status server entry '${need(call, "id")}' does not exist`);
    return found;
}

function changeMetricServer(call: Call): null {
    const { metricServers } = call.lab.cluster;
    checkSameDigest(digestOf([...metricServers]), text(call, "digest"));
    const entry = metricServers.get(need(call, "id"));
    if (!entry) throw died(`no such server '${need(call, "id")}'`);
    updateSection(
        entry,
        others(call, "id", "delete", "digest", "token"),
        splitList(text(call, "delete")),
        metricOptions[entry["type"] ?? ""],
    );
    return null;
}

export const sectionMethods: Methods = {
    "GET /cluster/replication": (call) =>
        [...call.lab.cluster.replication]
            .filter(([id]) => call.lab.access.has(call.identity, `/vms/${id.split("-")[0]}`, "VM.Audit"))
            .map(([id, job]) => ({ id, ...asJson(job) })),
    "POST /cluster/replication": createReplication,
    "GET /cluster/replication/{id}": readReplication,
    "PUT /cluster/replication/{id}": changeReplication,
    "DELETE /cluster/replication/{id}": (call) => {
        mayReplicate(call, Number(need(call, "id").split("-")[0]));
        replication(call);
        call.lab.cluster.replication.delete(need(call, "id"));
        return null;
    },
    "GET /cluster/mapping/dir": mappings,
    "POST /cluster/mapping/dir": createMapping,
    "GET /cluster/mapping/dir/{id}": (call) => ({ ...mappingRow(mapping(call)), digest: mappingDigest(call) }),
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
        [...call.lab.cluster.metricServers].sort().map(([id, { type, server, port, disable }]) => ({
            id,
            disable: Number(disable ?? 0),
            type,
            server,
            port: port === undefined ? null : Number(port),
        })),
    "GET /cluster/metrics/server/{id}": (call) => asJson(metricServer(call)),
    "POST /cluster/metrics/server/{id}": (call) => {
        const { metricServers } = call.lab.cluster;
        if (metricServers.has(need(call, "id"))) throw died(`Metric server '${need(call, "id")}' already exists`);
        // A token is a secret: it is kept in a file of its own and never read back.
        metricServers.set(need(call, "id"), others(call, "id", "token"));
        return null;
    },
    "PUT /cluster/metrics/server/{id}": changeMetricServer,
    "DELETE /cluster/metrics/server/{id}": (call) => {
        call.lab.cluster.metricServers.delete(need(call, "id"));
        return null;
    },
};
