/** Backup jobs and vzdump (pve-manager PVE/API2/Backup.pm, VZDump.pm). */
import { PveError, badParameters, denied, died } from "../../pve/errors";
import { splitList } from "../../pve/lists";
import { flag, need, others, text, type Call, type Methods } from "../call";

/** Exceptions inside a cluster-locked section arrive flattened as a plain 500. */
function locked<T>(work: () => T): T {
    try {
        return work();
    } catch (error) {
        if (error instanceof PveError && error.errors) throw died(error.flattened().trimEnd());
        throw error;
    }
}

function checkSelection(params: Record<string, string>): void {
    if (params["all"] === "1" && params["vmid"] !== undefined) throw badParameters({ all: "option conflicts with option 'vmid'" });
    if (params["vmid"] === undefined && params["pool"] === undefined && params["all"] !== "1")
        throw badParameters({ vmid: "property is missing" });
}

function job(call: Call): Record<string, string> {
    const found = call.lab.cluster.backupJobs.get(need(call, "id"));
    if (!found) throw badParameters({ id: `No such job '${need(call, "id")}'` });
    return found;
}

const numeric = new Set(["enabled", "all", "bwlimit", "remove", "quiet", "zstd", "pigz", "protected", "repeat-missed", "stdexcludes"]);

/** `prune-backups` reads back as an object with text values. */
function asJson(id: string, values: Record<string, string>): Record<string, unknown> {
    const pairs = Object.entries(values).map(([key, value]): [string, unknown] => {
        if (key === "prune-backups") return [key, Object.fromEntries(value.split(",").map((part) => part.split("=", 2)))];
        return [key, numeric.has(key) ? Number(value) : value];
    });
    return { id, type: "vzdump", enabled: 1, ...Object.fromEntries(pairs) };
}

function create(call: Call): null {
    const { cluster } = call.lab;
    const values = others(call, "id", "starttime", "dow");
    const start = text(call, "starttime");
    if (text(call, "schedule") === undefined && start === undefined)
        throw badParameters({ schedule: "neither 'starttime' nor 'schedule' were set" });
    if (text(call, "schedule") !== undefined && start !== undefined)
        throw badParameters({ starttime: "'starttime' and 'schedule' cannot both be set" });
    values["schedule"] ??= `${text(call, "dow") ?? ""} ${start ?? ""}`.trim();
    const id = text(call, "id") ?? `backup-${crypto.randomUUID().slice(0, 8)}-${crypto.randomUUID().slice(0, 4)}`;
    locked(() => {
        if (cluster.backupJobs.has(id)) throw died(`Job '${id}' already exists`);
        checkSelection(values);
    });
    cluster.backupJobs.set(id, { enabled: "1", ...values });
    return null;
}

function update(call: Call): null {
    const { backupJobs } = call.lab.cluster;
    const entry = backupJobs.get(need(call, "id"));
    if (!entry) throw died("no such vzdump job");
    const next = { ...entry, ...others(call, "id", "delete", "starttime", "dow") };
    for (const key of splitList(text(call, "delete"))) delete next[key];
    locked(() => checkSelection(next));
    backupJobs.set(need(call, "id"), next);
    return null;
}

const rootOnly = ["dumpdir", "tmpdir", "script", "job-id"];

function vzdump(call: Call): string {
    const { lab, identity } = call;
    for (const key of rootOnly)
        if (text(call, key) !== undefined && identity !== "root@pam") throw badParameters({ [key]: "Only root may set this option." });
    const params = others(call);
    checkSelection(params);
    const storage = text(call, "storage");
    if (storage !== undefined) lab.access.check(identity, `/storage/${storage}`, "Datastore.AllocateSpace");
    const vmids = flag(call, "all") ? [...lab.cluster.guests.keys()] : splitList(text(call, "vmid")).map(Number);
    for (const vmid of vmids) if (!lab.access.has(identity, `/vms/${vmid}`, "VM.Backup")) throw denied(`/vms/${vmid}, VM.Backup`);
    return lab.tasks.start(need(call, "node"), "vzdump", vmids.length === 1 ? String(vmids[0]) : "", identity, async (task) => {
        await task.step("backup");
        for (const vmid of vmids)
            task.log(
                lab.cluster.guests.has(vmid)
                    ? `ERROR: Backup of VM ${vmid} failed - this lab makes no backups`
                    : `ERROR: Backup of VM ${vmid} failed - unable to find VM '${vmid}'`,
            );
        throw died("job errors");
    });
}

export const backupMethods: Methods = {
    "GET /cluster/backup": (call) => [...call.lab.cluster.backupJobs].map(([id, values]) => asJson(id, values)),
    "POST /cluster/backup": create,
    "GET /cluster/backup/{id}": (call) => asJson(need(call, "id"), job(call)),
    "PUT /cluster/backup/{id}": update,
    "DELETE /cluster/backup/{id}": (call) => {
        locked(() => job(call));
        call.lab.cluster.backupJobs.delete(need(call, "id"));
        return null;
    },
    "POST /nodes/{node}/vzdump": vzdump,
};
