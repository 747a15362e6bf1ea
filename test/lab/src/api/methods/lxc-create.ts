/** POST /nodes/{node}/lxc (pve-container src/PVE/API2/LXC.pm: create_vm). */
import { denied, died, textOf } from "../../pve/errors";
import { emptyConfig, type Values } from "../../pve/guest-config";
import { parseNewVolume, parseVolumeId } from "../../pve/volume-id";
import { flag, need, others, text, type Call, type Methods } from "../call";
import type { Guest } from "../cluster";
import type { Lab } from "../lab";
import { isMountKey, mountKeys } from "../lxc/keys";
import { PendingChanges } from "../lxc/pending";
import { checkChange } from "../lxc/permissions";
import { guestSpec } from "../lxc/spec";
import { realizeMount } from "../lxc/volumes";
import type { Task } from "../tasks";
import { startTask, warnOfNesting } from "../lxc/start";

const sshKey = /^(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d+|sk-\S+)\s+[A-Za-z0-9+/]+=*(?:\s.*)?$/;

/** Parameters of the call that are no config options. */
const notOptions =
    "node vmid ostemplate password ssh-public-keys pool storage force restore unique start ignore-unpack-errors bwlimit ha-managed unprivileged".split(
        " ",
    );

interface Plan {
    guest: Guest;
    values: Values;
    mounts: Values;
    template: string;
    pool?: string;
    password?: string;
    sshKeys?: string;
}

/** VM.Allocate on the guest or on its pool; privileged containers need more since 9.0. */
function checkAllocate(call: Call, vmid: number, pool: string | undefined, unprivileged: boolean): void {
    const { access } = call.lab;
    const may =
        access.has(call.identity, `/vms/${vmid}`, "VM.Allocate") ||
        (pool !== undefined && access.has(call.identity, `/pool/${pool}`, "VM.Allocate"));
    if (!may) throw denied();
    if (!unprivileged && call.lab.modern) access.check(call.identity, "/", "Sys.Modify");
}

function checkStorages(call: Call, node: string, mounts: Values, storage: string): void {
    const used = new Set<string>();
    for (const key of mountKeys(mounts)) {
        const mount = call.lab.lxc.mount(key, mounts[key] ?? "");
        const name = parseNewVolume(mount.volume)?.storage ?? parseVolumeId(mount.volume)?.storage;
        if (mount.kind === "volume" && name !== undefined) used.add(name);
    }
    if (mounts["rootfs"] === undefined) used.add(storage);
    for (const name of used) {
        call.lab.storages.checkRootdir(name, node);
        call.lab.access.check(call.identity, `/storage/${name}`, "Datastore.AllocateSpace");
    }
}

function splitOptions(given: Record<string, string>, storage: string): { options: Values; mounts: Values } {
    const options: Values = {};
    const mounts: Values = {};
    for (const [key, value] of Object.entries(given)) {
        if (isMountKey(key)) mounts[key] = /^\d+(?:\.\d+)?$/.test(value) ? `${storage}:${value}` : value;
        else if (!/^unused\d+$/.test(key)) options[key] = value;
    }
    if (Object.keys(mounts).length > 0 && mounts["rootfs"] === undefined)
        throw died("mount points configured, but 'rootfs' not set - aborting");
    return { options, mounts };
}

/** The synchronous half: everything PVE refuses before there is a task. */
async function create(call: Call): Promise<string> {
    const { lab, identity } = call;
    const node = need(call, "node");
    const vmid = Number(need(call, "vmid"));
    const restore = flag(call, "restore");
    const unprivileged = flag(call, "unprivileged", lab.modern);
    const existing = lab.cluster.guests.get(vmid);
    if (!(restore && flag(call, "force") && existing?.kind === "lxc")) lab.cluster.checkUnused(vmid);
    const sshKeys = text(call, "ssh-public-keys");
    if (sshKeys?.split("\n").some((line) => line.trim() !== "" && !line.startsWith("#") && !sshKey.test(line.trim())))
        throw died("SSH public key validation error");
    const pool = text(call, "pool");
    if (pool !== undefined && !lab.access.pools.has(pool)) throw denied(`pool '${pool}' does not exist`);
    checkAllocate(call, vmid, pool, unprivileged || restore);
    if (flag(call, "ha-managed")) lab.access.check(identity, "/", "Sys.Console");
    const given = others(call, ...notOptions);
    checkChange(lab, identity, { vmid, pool, unprivileged, set: given, remove: [] });
    const template = need(call, "ostemplate");
    const storage = text(call, "storage") ?? "local";
    lab.storages.checkAccess(lab.access, identity, vmid, template, restore ? "backup" : "vztmpl");
    const { options, mounts } = splitOptions(given, storage);
    if (!restore) checkStorages(call, node, mounts, storage);
    mounts["rootfs"] ??= `${storage}:4`;
    const values = await optionValues(lab, { kind: "lxc", vmid, node, config: emptyConfig() }, options);

    const verb = restore ? "restore" : "create";
    const guest: Guest = { kind: "lxc", vmid, node, config: emptyConfig({ lock: "create" }) };
    await new Promise((resolve) => setTimeout(resolve, lab.timing.think));
    const winner = lab.cluster.guests.get(vmid);
    if (winner) throw died(`unable to ${verb} CT ${vmid} - CT ${vmid} already exists on node '${winner.node}'`);
    lab.cluster.guests.set(vmid, guest);
    const plan: Plan = {
        guest,
        values: { ...values, ...(unprivileged ? { unprivileged: "1" } : {}) },
        mounts,
        template,
        pool,
        password: text(call, "password"),
        sshKeys,
    };
    return lab.tasks.start(node, restore ? "vzrestore" : "vzcreate", String(vmid), identity, async (task) => {
        try {
            if (restore) await restoreBackup(lab, task, plan);
            else await build(lab, task, plan);
        } catch (error) {
            throw new Error(`unable to ${verb} CT ${vmid} - ${textOf(error)}`);
        }
        if (flag(call, "ha-managed")) lab.cluster.haResources.set(`ct:${vmid}`, { state: flag(call, "start") ? "started" : "stopped" });
        if (flag(call, "start")) startTask(lab, node, vmid, identity);
    });
}

/** Options in the form in which PVE keeps them. */
async function optionValues(lab: Lab, draft: Guest, options: Values): Promise<Values> {
    const changes = new PendingChanges(lab, draft);
    await changes.stage(options, [], []);
    await changes.applyAll();
    return draft.config.values;
}

/** Keys in PVE's order of making: rootfs, then the volumes; bind mounts and devices join after the template is unpacked. */
async function build(lab: Lab, task: Task, plan: Plan): Promise<void> {
    const { guest } = plan;
    const values: Values = { ...plan.values };
    const made: string[] = [];
    try {
        for (const key of mountKeys(plan.mounts)) {
            await task.step("allocate");
            values[key] = await realizeMount(lab, guest, key, plan.mounts[key] ?? "", values["unprivileged"] === "1", made);
        }
        await task.step("allocated");
        await unpack(lab, task, plan, values);
        guest.config.values = { hostname: `CT${guest.vmid}`, memory: "512", swap: "512", ...values };
        await task.step("configured");
    } catch (error) {
        for (const volid of made) await lab.storages.remove(volid, guest.node).catch((failure: unknown) => task.log(textOf(failure)));
        lab.cluster.guests.delete(guest.vmid);
        lab.access.forgetGuest(guest.vmid);
        throw error;
    }
    if (plan.pool !== undefined) lab.access.pools.get(plan.pool)?.vms.add(guest.vmid);
}

async function unpack(lab: Lab, task: Task, plan: Plan, values: Values): Promise<void> {
    const { guest } = plan;
    const template = lab.storages.volume(plan.template, guest.node);
    if ((await lab.storages.size(plan.template, guest.node)) === undefined) {
        task.log(`volume '${plan.template}' does not exist`);
        throw died(`volume '${plan.template}' does not exist`);
    }
    for (const key of mountKeys(values)) await checkSource(lab, guest, key, values[key] ?? "");
    task.log(`extracting archive '${lab.storages.path(plan.template)}'`);
    await task.step("extract");
    const draft: Guest = { ...guest, config: emptyConfig({ ...values, hostname: values["hostname"] ?? `CT${guest.vmid}` }) };
    const outcome = await lab.machine.populate(
        guestSpec(lab, draft),
        { node: guest.node, storage: lab.storages.place(template.config), name: template.parsed.file },
        { password: plan.password, sshKeys: plan.sshKeys },
    );
    if (values["ostype"] === "unmanaged") task.log("Falling back to amd64.\nUse `pct set VMID --arch ARCH` to change.");
    else task.log("Detected container architecture: amd64");
    for (const line of outcome.log) task.log(line);
    if (values["ostype"] !== "unmanaged") warnOfNesting(lab, task, values, outcome.systemd);
    values["arch"] ??= "amd64";
    values["ostype"] ??= outcome.ostype;
}

/** What is mounted from the node must be there (found only by the task). */
async function checkSource(lab: Lab, guest: Guest, key: string, value: string): Promise<void> {
    const mount = lab.lxc.mount(key, value);
    if (mount.kind === "bind" && !(await lab.machine.directoryExists(guest.node, mount.volume)))
        throw died(`directory '${mount.volume}' does not exist`);
    if (mount.kind === "device")
        throw died(`command 'mount ${mount.volume} /var/lib/lxc/${guest.vmid}/rootfs/${mount.mp}' failed: exit code 32`);
}

/** The lab makes no backups, so there is none to restore: PVE's answer for a missing archive, and an honest one for any other. */
async function restoreBackup(lab: Lab, task: Task, plan: Plan): Promise<void> {
    lab.cluster.guests.delete(plan.guest.vmid);
    task.log(`recovering backed-up configuration from '${plan.template}'`);
    const there = await lab.storages.size(plan.template, plan.guest.node);
    throw died(there === undefined ? `volume '${plan.template}' does not exist` : "this lab cannot restore backups");
}

export const lxcCreateMethods: Methods = { "POST /nodes/{node}/lxc": create };
