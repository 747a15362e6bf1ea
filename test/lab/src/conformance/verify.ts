/** Each write is looked at again: what it says it did must be there, and a refused one must have changed nothing. */
import { configText } from "../pve/guest-config";
import { isRace, targetOf } from "./arrange-guests";
import { param, type Recording } from "./recording";
import type { World } from "./world";

/** Options that read back as they were sent. */
const plainOptions = [
    "memory",
    "swap",
    "cores",
    "hostname",
    "name",
    "onboot",
    "protection",
    "searchdomain",
    "timezone",
    "startup",
    "ciuser",
    "scsihw",
    "machine",
];

/** PVE writes the config and only then fails on these. */
const writtenFirst = /bridge '[^']+' does not exist|unable to (?:hotplug|apply pending)/;

function vmidOf(recording: Recording): number | undefined {
    if (recording.verb === "POST" && /^\/nodes\/[^/]+\/(?:lxc|qemu)$/.test(recording.path)) return Number(recording.params["vmid"]);
    return targetOf(recording)?.vmid;
}

export function configOf(world: World, recording: Recording): string | undefined {
    const vmid = vmidOf(recording);
    const guest = vmid === undefined ? undefined : world.lab.cluster.guests.get(vmid);
    return guest && configText(guest.config);
}

async function readBack(world: World, recording: Recording, vmid: number): Promise<string[]> {
    const guest = world.lab.cluster.guests.get(vmid);
    if (!guest) return [`readback: guest ${vmid} is not there`];
    const config = (await world.server.api.control.call("GET", `/nodes/${guest.node}/${guest.kind}/${vmid}/config`)) as Record<
        string,
        unknown
    >;
    const wrong = plainOptions.filter((key) => recording.params[key] !== undefined && String(config[key]) !== param(recording, key));
    return wrong.map((key) => `readback: ${key} is ${String(config[key])} instead of ${param(recording, key)}`);
}

/** What a later read finds wrong. `before` is the guest's config file before the request. */
export async function verify(world: World, recording: Recording, before: string | undefined, exit: string | undefined): Promise<string[]> {
    const vmid = vmidOf(recording);
    if (recording.verb === "GET" || vmid === undefined || Number.isNaN(vmid)) return [];
    const failed = recording.status !== 200 || (exit !== undefined && exit !== "OK" && !exit.startsWith("WARNINGS"));
    const now = configOf(world, recording);
    if (isRace(recording)) return [];
    if (failed) return writtenFirst.test(recording.said) || now === before ? [] : ["readback: a refused request changed the guest"];
    if (recording.verb === "DELETE") {
        if (targetOf(recording)?.rest !== "") return [];
        return now === undefined ? [] : [`readback: guest ${vmid} is still there`];
    }
    const creates = /^\/nodes\/[^/]+\/(?:lxc|qemu)$/.test(recording.path);
    return creates || targetOf(recording)?.rest === "config" ? readBack(world, recording, vmid) : [];
}
