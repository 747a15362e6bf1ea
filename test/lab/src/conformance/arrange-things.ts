/** Storages, volumes, files, bridges, directories, and the cluster's lists: there unless the answer says otherwise. */
import { asText, param, type Recording } from "./recording";
import { sizeOf, type World } from "./world";

const isThere = (recording: Recording, what: string): boolean => !new RegExp(what).test(recording.said);

function storages(world: World, recording: Recording): void {
    const { cluster } = world.lab;
    const named = [
        ...Object.values(recording.params).flatMap((value) =>
            [...String(value).matchAll(/(?:^|[=,])([a-z][\w.-]*[a-z0-9]):[^/\s,][^\s,]*/gi)].map((match) => match[1] ?? ""),
        ),
        recording.params["storage"],
        /\/storage\/([^/]+)/.exec(recording.path)?.[1],
    ].filter((name): name is string => typeof name === "string" && !["ct", "vm", "http", "https", "UPID"].includes(name));
    for (const name of named) {
        if (isThere(recording, `storage '${name}' does not exist`)) world.storage(name);
        else cluster.storages.delete(name);
    }
    const made = recording.verb === "POST" && recording.path === "/storage" ? param(recording, "storage") : undefined;
    if (made !== undefined && isThere(recording, "already defined")) cluster.storages.delete(made);
}

const volumePattern = /(?:^|[=,])([a-z][\w.-]*[a-z0-9]:(?:\d+\/|vztmpl\/|iso\/|snippets\/|backup\/|import\/)[^,\s]+)/gi;

async function volumes(world: World, recording: Recording): Promise<void> {
    const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    for (const value of Object.values(recording.params)) {
        for (const [, volid = ""] of String(value).matchAll(volumePattern)) {
            const gone = !isThere(
                recording,
                `(?:volume|script) '${escaped(volid)}' does not exist|could not get size of ${escaped(volid)}`,
            );
            await world.volume(volid, gone ? "absent" : 1024 ** 3);
        }
    }
    for (const [, volid = ""] of recording.said.matchAll(/(?:volume|script) '([^']+)' does not exist/g))
        await world.volume(volid, "absent");
    const inPath = /\/storage\/[^/]+\/content\/(.+)$/.exec(recording.path)?.[1];
    if (inPath !== undefined) await world.volume(decodeURIComponent(inPath), 1024 ** 3);
    if (recording.verb === "POST" && /\/storage\/([^/]+)\/content$/.test(recording.path)) {
        const storage = /\/storage\/([^/]+)\//.exec(recording.path)?.[1] ?? "";
        const volid = `${storage}:${param(recording, "vmid")}/${param(recording, "filename")}`;
        await world.volume(volid, isThere(recording, "already exists") ? "absent" : sizeOf(recording.params["size"]));
    }
    const template = recording.params["template"];
    if (/\/aplinfo$/.test(recording.path) && typeof template === "string") {
        world.machine.offered.length = 0;
        if (isThere(recording, "no such template")) world.machine.offered.push(template);
    }
}

/** Bridges and directories of the node. */
function surroundings(world: World, recording: Recording): void {
    const text =
        JSON.stringify(recording.params) +
        Object.values(world.lab.cluster.guests.get(Number(/\/(\d+)(?:\/|$)/.exec(recording.path)?.[1]))?.config.values ?? {}).join(" ");
    world.machine.bridges.clear();
    for (const [, bridge = ""] of text.matchAll(/bridge=([\w.-]+)/g))
        if (isThere(recording, `bridge '${bridge}' does not exist`)) world.machine.bridges.add(bridge);
    for (const [, path = ""] of text.matchAll(/(?:["=]|path=)(\/[^,"\s]+)/g)) {
        if (isThere(recording, `(?:directory '${path}'|Path ${path}) does not exist`)) world.machine.directories.add(path);
        else world.machine.directories.delete(path);
    }
}

function pools(world: World, recording: Recording): void {
    const { pools } = world.lab.access;
    const fresh = (): { vms: Set<number>; storage: Set<string> } => ({ vms: new Set(), storage: new Set() });
    const inPath = /^\/pools\/(.+)$/.exec(recording.path)?.[1];
    const named = [recording.params["pool"], recording.params["poolid"], inPath === undefined ? undefined : decodeURIComponent(inPath)];
    for (const name of named) {
        if (typeof name !== "string") continue;
        const creating = recording.verb === "POST" && recording.path === "/pools";
        if (!isThere(recording, `pool '${name}' does not exist`) || (creating && isThere(recording, `pool '${name}' already exists`)))
            pools.delete(name);
        else if (!pools.has(name)) pools.set(name, fresh());
        const parent = name.includes("/") ? name.slice(0, name.lastIndexOf("/")) : undefined;
        if (parent !== undefined && isThere(recording, `parent '${parent}'`)) pools.set(parent, pools.get(parent) ?? fresh());
        else if (parent !== undefined) pools.delete(parent);
        const pool = pools.get(name);
        const inside = /contains VM (\d+)/.exec(recording.said)?.[1];
        if (pool && inside !== undefined) pool.vms = new Set([Number(inside)]);
        else if (pool && recording.verb === "DELETE") pool.vms.clear();
        if (pool && recording.verb === "PUT")
            for (const word of param(recording, "vms").split(","))
                if (param(recording, "delete") === "1") pool.vms.add(Number(word));
                else for (const other of pools.values()) other.vms.delete(Number(word));
    }
}

/** An entry of a named list: made when the request needs it, removed when it is to be made or was not there. */
function entry(list: Map<string, unknown>, id: string, recording: Recording, fresh: unknown, gone: RegExp, taken: RegExp): void {
    const needed = recording.verb === "POST" ? taken.test(recording.said) : !gone.test(recording.said);
    if (!needed) list.delete(id);
    else if (!list.has(id)) list.set(id, fresh);
}

function lists(world: World, recording: Recording): void {
    const { cluster, access } = world.lab;
    const { path, params, said } = recording;
    const id = (pattern: RegExp): string | undefined => {
        const found = pattern.exec(path)?.[1];
        return found === undefined ? undefined : decodeURIComponent(found);
    };
    const job = id(/^\/cluster\/backup\/([^/]+)/) ?? (path === "/cluster/backup" ? params["id"] : undefined);
    if (typeof job === "string")
        entry(
            cluster.backupJobs,
            job,
            recording,
            { enabled: "1", vmid: "100", schedule: "02:00", storage: "local", comment: "c" },
            /[Nn]o such (?:job|vzdump job)/,
            /already exists/,
        );
    const mapping = id(/^\/cluster\/mapping\/dir\/([^/]+)/) ?? (path === "/cluster/mapping/dir" ? params["id"] : undefined);
    if (typeof mapping === "string")
        entry(cluster.dirMappings, mapping, recording, { map: [] }, /not found|does not exist$/m, /already defined/);
    const metric = id(/^\/cluster\/metrics\/server\/([^/]+)/);
    if (metric !== undefined)
        entry(
            cluster.metricServers,
            metric,
            recording,
            { type: "graphite", server: "10.0.0.9", port: "2003" },
            /does not exist/,
            /already exists/,
        );
    const rule = id(/^\/cluster\/ha\/rules\/([^/]+)/) ?? (path === "/cluster/ha/rules" ? params["rule"] : undefined);
    if (typeof rule === "string")
        entry(
            cluster.haRules,
            rule,
            recording,
            { type: "node-affinity", resources: "", nodes: world.home },
            /no such ha rule/,
            /already defined/,
        );
    const group = id(/^\/cluster\/ha\/groups\/([^/]+)/) ?? (path === "/cluster/ha/groups" ? params["group"] : undefined);
    if (typeof group === "string") entry(cluster.haGroups, group, recording, { nodes: world.home }, /no such ha group/, /already defined/);
    if (path === "/cluster/ha/resources" && typeof params["group"] === "string" && !cluster.haGroups.has(params["group"]))
        cluster.haGroups.set(params["group"], { nodes: world.home });
    const token = /^\/access\/users\/([^/]+)\/token\/([^/]+)$/.exec(path);
    const owner = id(/^\/access\/users\/([^/]+)/) ?? (typeof params["users"] === "string" ? params["users"] : undefined);
    if (owner !== undefined && !/no such user|does not exist/.test(said) && !access.users.has(owner))
        access.users.set(owner, { enable: true, expire: 0, tokens: new Map() });
    if (token) {
        const tokens = access.users.get(owner ?? "")?.tokens;
        if (tokens)
            entry(tokens, token[2] ?? "", recording, { secret: "x", privsep: true, expire: 0 }, /no such token/, /Token already exists/);
    }
}

/** HA resources: those a rule or a refusal needs, and none otherwise. */
function ha(world: World, recording: Recording): void {
    const { haResources } = world.lab.cluster;
    const { path, params, said, verb } = recording;
    const guest = /^\/nodes\/[^/]+\/(lxc|qemu)\/(\d+)/.exec(path);
    if (guest) {
        const sid = `${guest[1] === "lxc" ? "ct" : "vm"}:${guest[2]}`;
        if (/used in HA resources|from HA resource configuration/.test(said)) haResources.set(sid, { state: "started" });
        else haResources.delete(sid);
    }
    const sid = /^\/cluster\/ha\/resources\/([^/]+)/.exec(path)?.[1] ?? (path === "/cluster/ha/resources" ? params["sid"] : undefined);
    if (typeof sid === "string")
        entry(haResources, decodeURIComponent(sid), recording, { state: "started" }, /not HA managed|no such resource/, /already defined/);
    const unmanaged = /unmanaged resource\(s\) ([^\n]+?)\.?(?:\n|$)/.exec(said)?.[1] ?? "";
    if (verb !== "GET" && path.startsWith("/cluster/ha/rules"))
        for (const name of asText(params["resources"]).split(","))
            if (name !== "" && !unmanaged.includes(name)) haResources.set(name, haResources.get(name) ?? { state: "started" });
            else haResources.delete(name);
}

/** What guests stand on: nodes that answer (595 says that one does not), quorum, storages. */
export function arrangeGround(world: World, recording: Recording): void {
    const target = /^\/nodes\/([^/]+)/.exec(recording.path)?.[1];
    for (const { name } of world.machine.nodes()) world.machine.setOnline(name, !(recording.status === 595 && name === target));
    world.lab.cluster.quorate = !/no quorum/.test(recording.said);
    storages(world, recording);
}

/** What is around the guests, which are there by now. */
export async function arrangeThings(world: World, recording: Recording): Promise<void> {
    await volumes(world, recording);
    surroundings(world, recording);
    pools(world, recording);
    lists(world, recording);
    ha(world, recording);
}
