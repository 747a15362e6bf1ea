/** Reads show the state: what a recorded answer displays is put there first, so that the answer can be compared in full. */
import type { Values } from "../pve/guest-config";
import { targetOf } from "./arrange-guests";
import { asText, type Recording } from "./recording";
import type { World } from "./world";

type Shown = Record<string, unknown>;

const isObject = (value: unknown): value is Shown => typeof value === "object" && value !== null && !Array.isArray(value);

const rows = (data: unknown): Shown[] => (Array.isArray(data) ? data.filter(isObject) : []);

const asValues = (shown: Shown, ...without: string[]): Values =>
    Object.fromEntries(
        Object.entries(shown).flatMap(([key, value]) =>
            without.includes(key) || value === null || typeof value === "object" ? [] : [[key, asText(value)]],
        ),
    );

async function guest(world: World, recording: Recording, data: unknown): Promise<void> {
    const target = targetOf(recording);
    const found = target && world.lab.cluster.guests.get(target.vmid);
    if (!target || !found) return;
    if (target.rest === "config" && isObject(data)) {
        found.config.values = asValues(data, "digest");
        await world.volumesOf(found);
    }
    if (target.rest === "status/current" && isObject(data))
        for (const key of ["lock", "tags"]) if (data[key] !== undefined) found.config.values[key] = asText(data[key]);
    if (target.rest !== "pending") return;
    const shown = rows(data).filter((row) => row["key"] !== "digest");
    found.config.values = Object.fromEntries(
        shown.flatMap((row) => (row["value"] === undefined ? [] : [[asText(row["key"]), asText(row["value"])]])),
    );
    found.config.pending = Object.fromEntries(
        shown.flatMap((row) => (row["pending"] === undefined ? [] : [[asText(row["key"]), asText(row["pending"])]])),
    );
    found.config.pendingDelete = shown.filter((row) => row["delete"] !== undefined).map((row) => asText(row["key"]));
}

function lists(world: World, recording: Recording, data: unknown): void {
    const { cluster, access } = world.lab;
    if (recording.path === "/storage")
        for (const row of rows(data))
            if (typeof row["storage"] === "string")
                cluster.storages.set(row["storage"], { storage: row["storage"], type: asText(row["type"]), ...asValues(row, "digest") });
    const job = /^\/cluster\/backup\/([^/]+)$/.exec(recording.path)?.[1];
    if (job !== undefined && isObject(data)) {
        const prune: Values = isObject(data["prune-backups"])
            ? {
                  "prune-backups": Object.entries(data["prune-backups"])
                      .map(([key, value]) => `${key}=${asText(value)}`)
                      .join(","),
              }
            : {};
        cluster.backupJobs.set(job, { ...asValues(data, "id", "type"), ...prune });
    }
    const metric = /^\/cluster\/metrics\/server\/([^/]+)$/.exec(recording.path)?.[1];
    if (metric !== undefined && isObject(data)) cluster.metricServers.set(metric, asValues(data));
    const owner = /^\/access\/users\/([^/]+)\/token$/.exec(recording.path)?.[1];
    const tokens = owner === undefined ? undefined : access.users.get(owner)?.tokens;
    tokens?.clear();
    if (tokens) for (const row of rows(data)) tokens.set(asText(row["tokenid"]), { secret: "x", privsep: row["privsep"] === 1, expire: 0 });
}

/** Files in a storage's content are there, of the size shown. */
async function content(world: World, recording: Recording, data: unknown): Promise<void> {
    if (!/^\/nodes\/[^/]+\/storage\/[^/]+\/content$/.test(recording.path)) return;
    for (const row of rows(data)) await world.volume(asText(row["volid"]), Number(row["size"]));
}

/** Tasks in a list have run, by those who are named and with the same end. */
async function tasks(world: World, recording: Recording, data: unknown): Promise<void> {
    if (!/^\/nodes\/[^/]+\/tasks$|^\/cluster\/tasks$/.test(recording.path)) return;
    world.lab.tasks.forgetEnded();
    for (const row of rows(data).reverse()) {
        const identity = row["tokenid"] === undefined ? asText(row["user"]) : `${asText(row["user"])}!${asText(row["tokenid"])}`;
        world.lab.tasks.start(asText(row["node"]), asText(row["type"]), asText(row["id"]), identity, () => {
            if (row["status"] !== "OK") throw new Error(asText(row["status"]));
        });
    }
    await world.lab.tasks.idle();
}

/** Guests in an overview or a pool, with their pools and tags; none is locked or under HA. */
async function overview(world: World, recording: Recording, data: unknown): Promise<void> {
    const inPool = /^\/pools\/(.+)$/.exec(recording.path)?.[1];
    if (recording.path !== "/cluster/resources" && inPool === undefined) return;
    world.lab.cluster.haResources.clear();
    for (const { config } of world.lab.cluster.guests.values()) delete config.values["lock"];
    for (const row of rows(inPool === undefined || !isObject(data) ? data : data["members"])) {
        if (row["type"] !== "lxc" && row["type"] !== "qemu") continue;
        const found = await world.guest(
            row["type"],
            Number(row["vmid"]),
            asText(row["node"]),
            [...world.lab.cluster.storages.keys()][0] ?? "local",
        );
        if (row["tags"] !== undefined) found.config.values["tags"] = asText(row["tags"]);
        const poolid = inPool === undefined ? row["pool"] : decodeURIComponent(inPool);
        if (typeof poolid !== "string") continue;
        const pool = world.lab.access.pools.get(poolid) ?? { vms: new Set<number>(), storage: new Set<string>() };
        world.lab.access.pools.set(poolid, { ...pool, vms: pool.vms.add(found.vmid) });
    }
}

export async function arrangeShown(world: World, recording: Recording): Promise<void> {
    if (recording.verb !== "GET" || recording.status !== 200) return;
    const data = recording.body?.data;
    await guest(world, recording, data);
    lists(world, recording, data);
    await overview(world, recording, data);
    await content(world, recording, data);
    await tasks(world, recording, data);
}
