/** Storage definitions and what is on them (libpve-storage-perl API2/Storage/*.pm). */
import { badParameters, died } from "../../pve/errors";
import { splitList } from "../../pve/lists";
import { flag, need, others, text, type Call, type Methods } from "../call";
import { digestOf, type StorageConfig } from "../cluster";

function maySee(call: Call, storage: string): boolean {
    return call.lab.access.hasAny(call.identity, `/storage/${storage}`, "Datastore.Audit", "Datastore.AllocateSpace");
}

const numbers = new Set(["shared", "disable", "priority", "sparse", "mountpoint_check", "nodes_count"]);

function definition(call: Call, config: StorageConfig): Record<string, unknown> {
    const all = [...call.lab.cluster.storages.values()];
    const values = Object.entries({ content: call.lab.storages.contents(config).join(","), ...config });
    return { ...Object.fromEntries(values.map(([key, value]) => [key, numbers.has(key) ? Number(value) : value])), digest: digestOf(all) };
}

/** Keys that each type must have; they are fixed once made. */
const required: Record<string, string[]> = {
    dir: ["path"],
    btrfs: ["path"],
    zfspool: ["pool"],
    nfs: ["server", "export"],
    cifs: ["server", "share"],
    lvm: ["vgname"],
    lvmthin: ["vgname", "thinpool"],
};

function create(call: Call): unknown {
    const { cluster } = call.lab;
    const storage = need(call, "storage");
    const type = need(call, "type");
    if (cluster.storages.has(storage)) throw died(`create storage failed: storage ID '${storage}' already defined`);
    const missing = (required[type] ?? []).filter((key) => text(call, key) === undefined);
    if (missing.length > 0) throw died(`create storage failed: missing value for required option '${missing[0]}'`);
    cluster.storages.set(storage, { storage, type, ...others(call, "storage", "type") });
    return { storage, type };
}

function update(call: Call): unknown {
    const { cluster } = call.lab;
    const storage = need(call, "storage");
    const config = cluster.storages.get(storage);
    if (!config) throw died(`update storage failed: storage '${storage}' does not exist`);
    for (const key of splitList(text(call, "delete"))) delete config[key];
    Object.assign(config, others(call, "storage", "delete", "digest"));
    return { storage, type: config.type };
}

async function row(call: Call, config: StorageConfig, node: string): Promise<Record<string, unknown>> {
    const { storages } = call.lab;
    const enabled = config["disable"] !== "1";
    const usage = enabled ? await call.lab.machine.usage(node, storages.place(config)) : { total: 0, used: 0, available: 0 };
    return {
        type: config.type,
        content: storages.contents(config).join(","),
        shared: storages.isShared(config) ? 1 : 0,
        active: enabled ? 1 : 0,
        enabled: enabled ? 1 : 0,
        total: usage.total,
        used: usage.used,
        avail: usage.available,
    };
}

async function ofNode(call: Call): Promise<unknown[]> {
    const node = need(call, "node");
    const wanted = splitList(text(call, "content"));
    const { storages } = call.lab;
    const seen = [...call.lab.cluster.storages.values()].filter(
        (config) =>
            maySee(call, config.storage) &&
            storages.onNode(config, node) &&
            (text(call, "storage") === undefined || text(call, "storage") === config.storage) &&
            (wanted.length === 0 || wanted.some((content) => storages.holds(config, content))) &&
            (!flag(call, "enabled") || config["disable"] !== "1"),
    );
    return Promise.all(
        seen.map(async (config) => {
            const facts = await row(call, config, node);
            const total = Number(facts["total"]);
            return { storage: config.storage, ...facts, ...(total > 0 ? { used_fraction: Number(facts["used"]) / total } : {}) };
        }),
    );
}

function shown(call: Call): StorageConfig {
    const storage = need(call, "storage");
    const config = call.lab.cluster.storages.get(storage);
    if (!config) throw died(`storage '${storage}' does not exist`);
    return config;
}

export const storageMethods: Methods = {
    "GET /storage": (call) =>
        [...call.lab.cluster.storages.values()]
            .filter((config) => maySee(call, config.storage) && (text(call, "type") ?? config.type) === config.type)
            .map((config) => definition(call, config)),
    "POST /storage": create,
    "GET /storage/{storage}": (call) => definition(call, shown(call)),
    "PUT /storage/{storage}": update,
    "DELETE /storage/{storage}": (call) => {
        const storage = need(call, "storage");
        if (!call.lab.cluster.storages.delete(storage)) throw died(`delete storage failed: storage '${storage}' does not exist`);
        return null;
    },
    "GET /nodes/{node}/storage": ofNode,
    "GET /nodes/{node}/storage/{storage}": () => ["content", "download-url", "status", "upload"].map((subdir) => ({ subdir })),
    "GET /nodes/{node}/storage/{storage}/status": (call) => {
        const config = shown(call);
        if (!call.lab.storages.onNode(config, need(call, "node")))
            throw badParameters({ storage: `storage '${config.storage}' is not available on node '${need(call, "node")}'` });
        return row(call, config, need(call, "node"));
    },
};
