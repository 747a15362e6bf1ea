/** Storage definitions and what is on them (libpve-storage-perl API2/Storage/*.pm). */
import { MachineError, type Usage } from "../../machine";
import { badParameters, died } from "../../pve/errors";
import { splitList } from "../../pve/lists";
import { flag, need, others, text, type Call, type Methods } from "../call";
import { digestOf, type StorageConfig } from "../cluster";
import { checkSameDigest, lockedAs, optionsOf, updateSection, type Options } from "../section-options";

function maySee(call: Call, storage: string): boolean {
    return call.lab.access.hasAny(call.identity, `/storage/${storage}`, "Datastore.Audit", "Datastore.AllocateSpace");
}

/** Booleans and numbers are numbers (SectionConfig.pm: check_value). */
function definition(call: Call, config: StorageConfig): Record<string, unknown> {
    const { properties = {} } = call.lab.table.schema("POST /storage")?.parameters ?? {};
    const isNumber = (key: string): boolean => ["boolean", "integer", "number"].includes(properties[key]?.type ?? "") || key === "priority";
    const values = Object.entries({ content: call.lab.storages.contents(config).join(","), ...config });
    return { ...Object.fromEntries(values.map(([key, value]) => [key, isNumber(key) ? Number(value) : value])), digest: digestOfAll(call) };
}

const digestOfAll = (call: Call): string => digestOf([...call.lab.cluster.storages.values()]);

const everywhere = "nodes disable content";
const files = "shared prune-backups max-protected-backups format mkdir create-base-path create-subdirs is_mountpoint preallocation";

/** What the lab's own types know (libpve-storage-perl Storage/*Plugin.pm); of others only what they cannot do without. */
const typeOptions: Record<string, Options> = {
    dir: optionsOf("", `${everywhere} ${files} bwlimit content-dirs maxfiles`, "path snapshot-as-volume-chain"),
    btrfs: optionsOf("", `${everywhere} ${files} nocow maxfiles`, "path"),
    zfspool: optionsOf("", `${everywhere} blocksize sparse bwlimit mountpoint`, "pool"),
};

const required: Record<string, string[]> = {
    dir: ["path"],
    btrfs: ["path"],
    zfspool: ["pool"],
    nfs: ["server", "export"],
    cifs: ["server", "share"],
    lvm: ["vgname"],
    lvmthin: ["vgname", "thinpool"],
};

function checkNew(type: string, values: Record<string, string>): void {
    const missing = (required[type] ?? []).find((key) => values[key] === undefined);
    const unexpected = Object.keys(values).find((key) => typeOptions[type] && typeOptions[type][key] === undefined);
    if (unexpected !== undefined) throw died(`unexpected property '${unexpected}'`);
    if (missing !== undefined) throw died(`missing value for required option '${missing}'`);
    if (type === "dir" && !/^\/[-/a-zA-Z0-9_.@]+$/.test(values["path"] ?? ""))
        throw died(`illegal path for directory storage: ${values["path"]}`);
}

/** It must be usable at once on this node, if it is meant for it. */
async function create(call: Call): Promise<unknown> {
    const { cluster, storages } = call.lab;
    const storage = need(call, "storage");
    const type = need(call, "type");
    const values = others(call, "storage", "type");
    if (values["nodes"] === "") delete values["nodes"];
    checkNew(type, values);
    if (values["path"] !== undefined) values["path"] = values["path"].replace(/\/+/g, "/").replace(/(?<=.)\/$/, "");
    return lockedAs("create storage failed", async () => {
        if (cluster.storages.has(storage)) throw died(`storage ID '${storage}' already defined`);
        const config: StorageConfig = { storage, type, ...values };
        if (config["disable"] !== "1" && storages.onNode(config, call.via)) await activated(call, config, call.via);
        cluster.storages.set(storage, config);
        void storages.activateAll();
        return { storage, type };
    });
}

async function update(call: Call): Promise<unknown> {
    const { cluster, storages } = call.lab;
    const storage = need(call, "storage");
    return lockedAs("update storage failed", () => {
        checkSameDigest(digestOfAll(call), text(call, "digest"));
        const config = cluster.storages.get(storage);
        if (!config) throw died(`storage '${storage}' does not exist`);
        const set = others(call, "storage", "delete", "digest");
        updateSection(config, set, splitList(text(call, "delete")), typeOptions[config.type]);
        void storages.activateAll();
        return { storage, type: config.type };
    });
}

/** The machine's complaint in PVE's clothes. */
async function activated(call: Call, config: StorageConfig, node: string): Promise<void> {
    try {
        await call.lab.storages.activate(config, node);
    } catch (error) {
        throw error instanceof MachineError ? died(error.message) : error;
    }
}

/** Of one that can't be used PVE says so by `active`, and never fails itself (Storage.pm: storage_info). */
async function usageOf(call: Call, config: StorageConfig, node: string): Promise<Usage | undefined> {
    if (config["disable"] === "1") return undefined;
    try {
        await call.lab.storages.activate(config, node);
        return await call.lab.machine.usage(node, call.lab.storages.place(config));
    } catch {
        return undefined;
    }
}

async function row(call: Call, config: StorageConfig, node: string): Promise<Record<string, unknown>> {
    const { storages } = call.lab;
    const usage = await usageOf(call, config, node);
    return {
        type: config.type,
        content: storages.contents(config).join(","),
        shared: storages.isShared(config) ? 1 : 0,
        active: usage ? 1 : 0,
        enabled: config["disable"] === "1" ? 0 : 1,
        total: usage?.total ?? 0,
        used: usage?.used ?? 0,
        avail: usage?.available ?? 0,
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
