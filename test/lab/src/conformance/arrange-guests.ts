/** Guests: there or not, running or not, locked, protected, templates, with the disks and options that the answer shows. */
import type { Guest } from "../api/cluster";
import { guestSpec } from "../api/lxc/spec";
import { sizeOf, type World } from "./world";
import { asText, param, type Recording } from "./recording";

const gibibyte = 1024 ** 3;

interface Target {
    node: string;
    kind: "lxc" | "qemu";
    vmid: number;
    rest: string;
}

export function targetOf(recording: Recording): Target | undefined {
    const match = /^\/nodes\/([^/]+)\/(lxc|qemu)\/(\d+)(?:\/(.*))?$/.exec(recording.path);
    return match ? { node: match[1] ?? "", kind: match[2] as "lxc" | "qemu", vmid: Number(match[3]), rest: match[4] ?? "" } : undefined;
}

/** A storage that the line names in a volume, else the first one. */
export function storageOf(world: World, recording: Recording): string {
    const inParams = Object.values(recording.params).flatMap((value) => /^([a-z][\w.-]*[a-z0-9]):/i.exec(String(value))?.[1] ?? []);
    const named = [...inParams, ...[...recording.said.matchAll(/([a-z][\w.-]*[a-z0-9]):\d+\//gi)].map((match) => match[1] ?? "")];
    return named.find((name) => world.lab.cluster.storages.has(name)) ?? [...world.lab.cluster.storages.keys()][0] ?? "local";
}

/** `CT 100 already exists`, on the way to a new guest. */
function takenBy(recording: Recording, vmid: number): "lxc" | "qemu" | undefined {
    const match = new RegExp(`(CT|VM) ${vmid} already exists on node|unable to create (VM|CT) ${vmid}: config file already exists`).exec(
        recording.said,
    );
    return match ? ((match[1] ?? match[2]) === "CT" ? "lxc" : "qemu") : undefined;
}

/** Two calls meeting between the look at the VMID and its taking: only then PVE says it this way for a container. */
export function isRace(recording: Recording): boolean {
    return (
        recording.verb === "POST" &&
        /\/lxc$/.test(recording.path) &&
        /^unable to create CT (\d+) - CT \1 already exists/.test(recording.reason)
    );
}

async function free(world: World, recording: Recording, vmid: number, node: string): Promise<void> {
    const kind = isRace(recording) ? undefined : takenBy(recording, vmid);
    if (kind) await world.guest(kind, vmid, node, storageOf(world, recording));
    else await world.dropGuest(vmid);
}

const flags: [RegExp, string, string | undefined][] = [
    [/is locked \(([\w-]+)\)/, "lock", undefined],
    [/protection mode enabled/, "protection", "1"],
    [/if it's (?:already )?a template|convert a template to a template|linked clone|Linked clone|still in use by linked/, "template", "1"],
];

function setFlags(guest: Guest, said: string): void {
    const { values } = guest.config;
    for (const [pattern, key, fixed] of flags) {
        const match = pattern.exec(said);
        const value = match ? (fixed ?? match[1] ?? "") : undefined;
        if (value === undefined) delete values[key];
        else values[key] = value;
    }
    guest.config.pending = {};
    guest.config.pendingDelete = [];
}

/** A template's volumes are base volumes; one in use has a linked clone's volume on it. */
async function asTemplate(world: World, guest: Guest, said: string): Promise<void> {
    for (const [key, value] of Object.entries(guest.config.values)) {
        const [volid = "", ...rest] = value.split(",");
        const base = volid.replace(`/vm-${guest.vmid}-disk-`, `/base-${guest.vmid}-disk-`);
        if (base === volid || (guest.kind === "qemu" && !/^(?:scsi|virtio|sata|ide)\d+$/.test(key))) continue;
        await world.volume(base, gibibyte, guest.node);
        await world.volume(volid, "absent", guest.node);
        guest.config.values[key] = [base, ...rest].join(",");
    }
    const used = /base volume '([^']+)' is still in use/.exec(said)?.[1];
    await standOn(world, guest, used);
}

/** A linked clone's volume on the base volume that is in use; none on any other. */
async function standOn(world: World, guest: Guest, used: string | undefined): Promise<void> {
    const { storages, cluster } = world.lab;
    for (const storage of cluster.storages.keys())
        for (const image of await storages.images(storage, guest.node))
            if (image.parsed.base?.startsWith(`${guest.vmid}/`)) await storages.remove(image.volid, guest.node);
    if (used === undefined) return;
    storages.putOnPaper(used, guest.node, gibibyte);
    storages.putOnPaper(`${used}/999/vm-999-disk-0.qcow2`, guest.node, gibibyte);
    guest.config.values[guest.kind === "qemu" ? "scsi0" : "rootfs"] = `${used},size=1G`;
}

/** The size before a resize: smaller, equal or bigger, as the outcome tells. */
async function beforeResize(world: World, recording: Recording, guest: Guest): Promise<void> {
    const disk = param(recording, "disk");
    const wanted = sizeOf(recording.params["size"]);
    if (new RegExp(`disk '${disk}' does not exist|format error`).test(recording.said)) {
        delete guest.config.values[disk];
        return;
    }
    if (/can't resize a cdrom/.test(recording.said)) {
        guest.config.values[disk] = "none,media=cdrom";
        return;
    }
    const now = await world.diskSize(guest, disk);
    const relative = param(recording, "size").startsWith("+");
    const tooSmall = /shrink/.test(recording.said);
    const same = /already at specified size/.test(recording.said);
    if (now !== undefined && (relative || (tooSmall ? now > wanted : same ? now === wanted : now < wanted))) return;
    await world.disk(
        guest,
        disk,
        tooSmall ? wanted + gibibyte : same ? wanted : Math.max(wanted / 2, 1024 ** 2),
        storageOf(world, recording),
    );
}

/** Feature flags before a change: refused means that others than nesting differ, accepted from a non-root means that they do not. */
function featuresBefore(recording: Recording, guest: Guest, isRoot: boolean): void {
    const wanted = recording.params["features"];
    const removed = param(recording, "delete").split(",").includes("features");
    if (wanted === undefined && !removed) return;
    const { values } = guest.config;
    const others = asText(wanted)
        .split(",")
        .filter((flag) => flag !== "" && !flag.startsWith("nesting"));
    const refused = /changing feature flags \(except nesting\)/.test(recording.said);
    if (/changing feature flags for privileged/.test(recording.said)) delete values["unprivileged"];
    else if (!isRoot) values["unprivileged"] = "1";
    if (refused) values["features"] = others.length === 0 ? "nesting=1,keyctl=1" : "nesting=1";
    else if (!isRoot && others.length > 0) values["features"] = ["nesting=1", ...others].join(",");
}

async function setRunning(world: World, recording: Recording, guest: Guest, rest: string): Promise<void> {
    const { said } = recording;
    const runs =
        /already running|container is running|is running - destroy|forced to stop|guest agent is not running|unable to hotplug/.test(
            said,
        ) ||
        (/^status\/(?:stop|shutdown|reboot)$/.test(rest) && guest.kind === "lxc" && recording.status === 200) ||
        (rest === "interfaces" && Array.isArray(recording.body?.data));
    if (guest.kind === "qemu") guest.running = runs;
    else if (!runs) await world.machine.stop(guest.node, guest.vmid);
    else await world.machine.start(guestSpec(world.lab, guest));
}

/** Network and agent facts that an answer shows. */
function setOptions(recording: Recording, guest: Guest, rest: string): void {
    const { values } = guest.config;
    const bridge = /bridge '([^']+)' does not exist/.exec(recording.said)?.[1];
    if (bridge !== undefined && recording.verb !== "POST") values["net0"] = `name=eth0,bridge=${bridge},hwaddr=BC:24:11:00:00:01,type=veth`;
    if (bridge !== undefined && rest === "status/start") values["net0"] = `name=eth0,bridge=${bridge},hwaddr=BC:24:11:00:00:01,type=veth`;
    if (/SDN\.Use/.test(recording.said) && rest === "clone")
        values["net0"] =
            `${guest.kind === "qemu" ? "virtio" : "name=eth0,hwaddr"}=BC:24:11:00:00:01,bridge=${/localnetwork\/([^/,)]+)/.exec(recording.said)?.[1] ?? "vmbr0"}`;
    if (rest.startsWith("agent/")) {
        if (/No QEMU guest agent configured/.test(recording.said)) delete values["agent"];
        else values["agent"] = "enabled=1";
    }
    const snippet = /volume '([^']+:snippets\/[^']+)' does not exist/.exec(recording.said)?.[1];
    if (guest.kind === "qemu" && snippet !== undefined) values["cicustom"] = `user=${snippet}`;
    else delete values["cicustom"];
}

/** Keys that a `delete` names must be there: PVE refuses required and read-only ones only then. */
function deletable(recording: Recording, guest: Guest): void {
    const refused = /unable to delete (?:required|read-only) option:? '([^']+)'/.exec(recording.said)?.[1];
    const defaults: Record<string, string> = { memory: "512", ostype: "debian", unprivileged: "1" };
    if (refused !== undefined && defaults[refused] !== undefined) guest.config.values[refused] ??= defaults[refused];
}

async function existing(world: World, recording: Recording, target: Target, isRoot: boolean): Promise<void> {
    const guest = await world.guest(target.kind, target.vmid, target.node, storageOf(world, recording));
    await world.volumesOf(guest);
    setFlags(guest, recording.said);
    if (guest.config.values["template"] === "1") await asTemplate(world, guest, recording.said);
    else await standOn(world, guest, undefined);
    if (target.rest === "resize") await beforeResize(world, recording, guest);
    if (target.rest === "config" && target.kind === "lxc") featuresBefore(recording, guest, isRoot);
    setOptions(recording, guest, target.rest);
    deletable(recording, guest);
    await setRunning(world, recording, guest, target.rest);
}

/** Guests that other requests name: `sid`, `vms`, `vmid`. */
async function mentioned(world: World, recording: Recording): Promise<void> {
    const sids = [
        recording.params["sid"],
        ...param(recording, "resources").split(","),
        /\/ha\/resources\/([^/]+)/.exec(recording.path)?.[1],
    ];
    for (const sid of sids) {
        const match = /^(?:(ct|vm):)?(\d+)$/.exec(String(sid));
        if (!match) continue;
        const vmid = Number(match[2]);
        if (new RegExp(`resource '${String(sid)}' does not exist in cluster`).test(recording.said)) await world.dropGuest(vmid);
        else await world.guest(match[1] === "vm" ? "qemu" : "lxc", vmid, world.home, storageOf(world, recording));
    }
    for (const word of param(recording, "vms").split(","))
        if (/^\d+$/.test(word) && !world.lab.cluster.guests.has(Number(word)))
            await world.guest("lxc", Number(word), world.home, storageOf(world, recording));
}

export async function arrangeGuests(world: World, recording: Recording, isRoot: boolean): Promise<void> {
    const create = /^\/nodes\/([^/]+)\/(?:lxc|qemu)$/.exec(recording.path);
    if (create && recording.verb === "POST") await free(world, recording, Number(recording.params["vmid"]), create[1] ?? world.home);
    if (recording.path === "/cluster/nextid" && recording.params["vmid"] !== undefined) {
        const vmid = Number(recording.params["vmid"]);
        if (recording.status === 200) await world.dropGuest(vmid);
        else await world.guest("lxc", vmid, world.home, storageOf(world, recording));
    }
    await mentioned(world, recording);
    const target = targetOf(recording);
    if (!target) return;
    const missing = new RegExp(`${target.vmid}\\.conf' does not exist`).test(recording.said);
    if (missing) await world.dropGuest(target.vmid);
    else await existing(world, recording, target, isRoot);
    const newid = recording.params["newid"];
    if (newid !== undefined) await free(world, recording, Number(newid), target.node);
    const other = recording.params["target-vmid"];
    if (other !== undefined) await world.guest(target.kind, Number(other), target.node, storageOf(world, recording));
}
