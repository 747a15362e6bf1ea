/** Clones and features of a container (pve-container src/PVE/API2/LXC.pm: clone_vm, vm_feature). */
import { badParameters, died, textOf } from "../../pve/errors";
import { emptyConfig, type Values } from "../../pve/guest-config";
import { flag, need, text, type Call, type Methods } from "../call";
import { checkLock, type Guest } from "../cluster";
import { isMountKey, mountKeys } from "../lxc/keys";
import { completeNet } from "../lxc/pending";
import { checkBridge } from "../lxc/permissions";
import { guestSpec } from "../lxc/spec";
import { warnOfNesting } from "../lxc/start";
import type { Task } from "../tasks";
import { canSnapshot } from "./lxc-snapshots";
import { container } from "./lxc-status";

function checkClone(call: Call, guest: Guest, full: boolean): void {
    const { lab, identity } = call;
    const storage = text(call, "storage");
    if (!full && storage !== undefined) throw died("parameter 'storage' not allowed for linked clones");
    for (const key of mountKeys(guest.config.values)) {
        const mount = lab.lxc.mount(key, guest.config.values[key] ?? "");
        if (mount.kind !== "volume") throw died(`unable to clone mountpoint '${key}' (type ${mount.kind})`);
        // The lab's storages keep no layers, so none of them can do what PVE's zfspool could.
        if (!full) throw died(`Linked clone feature for '${mount.volume}' is not available`);
        const target = storage ?? lab.storages.volume(mount.volume, guest.node).config.storage;
        lab.storages.checkRootdir(target, guest.node);
        lab.access.check(identity, `/storage/${target}`, "Datastore.AllocateSpace");
    }
    if (identity === "root@pam") return;
    for (const [key, value] of Object.entries(guest.config.values))
        if (/^net\d+$/.test(key)) checkBridge(lab, identity, lab.lxc.parse(key, value));
}

/** The clone's config: everything but what belongs to the one guest; each NIC gets a new MAC address. */
function cloneValues(call: Call, guest: Guest, newid: number): Values {
    const values: Values = {};
    for (const [key, value] of Object.entries(guest.config.values)) {
        if (key === "template" || key === "lock" || /^unused\d+$/.test(key) || isMountKey(key)) continue;
        if (/^net\d+$/.test(key)) {
            const { hwaddr: _, ...net } = call.lab.lxc.parse(key, value);
            values[key] = completeNet(call.lab, key, call.lab.lxc.print(key, net));
        } else {
            values[key] = value;
        }
    }
    values["hostname"] = text(call, "hostname") ?? `CT${newid}`;
    const description = text(call, "description");
    if (description !== undefined) values["description"] = `${description.replace(/\n+$/, "")}\n`;
    return values;
}

async function copyVolumes(call: Call, task: Task, guest: Guest, clone: Guest, made: string[]): Promise<Values> {
    const { lab } = call;
    const out: Values = {};
    for (const key of mountKeys(guest.config.values)) {
        const mount = lab.lxc.mount(key, guest.config.values[key] ?? "");
        const from = lab.storages.volume(mount.volume, guest.node);
        const storage = text(call, "storage") ?? from.config.storage;
        const config = lab.storages.config(storage);
        const format =
            config.type === "zfspool" ? "subvol" : from.parsed.format === "subvol" && from.config.type !== "zfspool" ? "subvol" : "raw";
        const name = await lab.storages.freeName(storage, clone.node, clone.vmid, format);
        await task.step("copy");
        task.log(`create full clone of mountpoint ${key} (${mount.volume})`);
        await lab.machine.copyVolume(from.ref, { node: clone.node, storage: lab.storages.place(config), name });
        made.push(`${storage}:${name}`);
        out[key] = lab.lxc.print(key, { ...mount.parts, volume: `${storage}:${name}` });
    }
    return out;
}

async function clone(call: Call): Promise<string> {
    const { lab, identity } = call;
    const guest = container(call);
    const newid = Number(need(call, "newid"));
    const isTemplate = guest.config.values["template"] === "1";
    const full = flag(call, "full", !isTemplate);
    const pool = text(call, "pool");
    if (pool !== undefined && !lab.access.pools.has(pool)) throw died(`pool '${pool}' does not exist`);
    if (text(call, "snapname") !== undefined) throw died(`snapshot '${text(call, "snapname")}' does not exist`);
    const target = text(call, "target") ?? guest.node;
    if (!lab.machine.nodes().some((node) => node.name === target)) throw badParameters({ target: `no such cluster node '${target}'` });
    checkLock(guest);
    if (!isTemplate && !full) throw died("Linked clones are only possible from templates");
    if (full && (await lab.machine.isRunning(guest.node, guest.vmid)))
        throw died("Full clone of a running container is only possible from a snapshot");
    checkClone(call, guest, full);
    const taken = lab.cluster.guests.get(newid);
    if (taken)
        throw died(`unable to create CT ${newid} - ${taken.kind === "lxc" ? "CT" : "VM"} ${newid} already exists on node '${taken.node}'`);
    const copy: Guest = { kind: "lxc", vmid: newid, node: target, config: emptyConfig({ lock: "create" }) };
    lab.cluster.guests.set(newid, copy);
    if (pool !== undefined) lab.access.pools.get(pool)?.vms.add(newid);
    guest.config.values["lock"] = "disk";
    return lab.tasks.start(guest.node, "vzclone", String(guest.vmid), identity, async (task) => {
        const made: string[] = [];
        try {
            const values = cloneValues(call, guest, newid);
            const config = emptyConfig({ ...values, ...(await copyVolumes(call, task, guest, copy, made)) });
            if (guest.config.raw[""]) config.raw[""] = guest.config.raw[""];
            const { systemd } = await lab.machine.adopt(guestSpec(lab, { ...copy, config }));
            if (values["ostype"] !== "unmanaged") warnOfNesting(lab, task, values, systemd);
            copy.config = config;
        } catch (error) {
            for (const volid of made) await lab.storages.remove(volid, target).catch((failure: unknown) => task.log(textOf(failure)));
            lab.cluster.guests.delete(newid);
            lab.access.forgetGuest(newid);
            throw new Error(`clone failed: ${textOf(error)}`);
        } finally {
            delete guest.config.values["lock"];
        }
    });
}

function feature(call: Call): unknown {
    const guest = container(call);
    const has = { copy: true, clone: false, snapshot: canSnapshot(call.lab, guest) }[need(call, "feature")];
    return { hasFeature: has ? 1 : 0 };
}

export const lxcCloneMethods: Methods = {
    "POST /nodes/{node}/lxc/{vmid}/clone": clone,
    "GET /nodes/{node}/lxc/{vmid}/feature": feature,
    "GET /nodes/{node}/lxc/{vmid}/rrddata": (call) => {
        container(call);
        return [];
    },
};
