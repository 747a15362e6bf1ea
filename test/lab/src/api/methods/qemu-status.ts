/** A VM's power, templates, clones, removal and guest agent. There is no VM behind: only the answers before one is needed. */
import { randomUUID } from "node:crypto";
import { died } from "../../pve/errors";
import { digest, emptyConfig, type Values } from "../../pve/guest-config";
import { formatSize } from "../../pve/size";
import { flag, need, text, type Call, type Methods } from "../call";
import { checkLock, type Guest } from "../cluster";
import { checkBridge } from "../lxc/permissions";
import { forgetVmid } from "../purge";
import { checkCustomFiles, toBase, usedBase } from "../qemu/drives";
import { driveKeys, isCdrom, isCloudInit } from "../qemu/keys";
import { completeVmNet } from "../qemu/options";
import { vmStatus } from "../qemu/status";
import { applyPending, machine } from "./qemu-config";

function current(call: Call): unknown {
    const guest = machine(call);
    const resource = call.lab.cluster.haResources.get(`vm:${guest.vmid}`);
    return { ...vmStatus(guest), ha: resource ? { managed: 1, state: resource["state"] ?? "started" } : { managed: 0 } };
}

function power(type: string, work: (call: Call, guest: Guest) => void | Promise<void>): (call: Call) => string {
    return (call) => {
        const vmid = need(call, "vmid");
        return call.lab.tasks.start(need(call, "node"), type, vmid, call.identity, async (task) => {
            const guest = machine(call);
            await task.step("run");
            checkLock(guest);
            await work(call, guest);
        });
    };
}

function template(call: Call): string {
    const guest = machine(call);
    if (guest.config.values["template"] === "1") throw died("you can't convert a template to a template");
    if (guest.running) throw died("you can't convert a VM to template if VM is running");
    return call.lab.tasks.start(guest.node, "qmtemplate", String(guest.vmid), call.identity, () => toBase(call.lab, guest));
}

async function clone(call: Call): Promise<string> {
    const { lab, identity } = call;
    const guest = machine(call);
    const newid = Number(need(call, "newid"));
    const full = flag(call, "full", guest.config.values["template"] !== "1");
    const storage = text(call, "storage");
    const pool = text(call, "pool");
    checkLock(guest);
    if (!full && storage !== undefined) throw died("parameter 'storage' not allowed for linked clones");
    for (const key of driveKeys(guest.config.values)) {
        const volid = lab.qemu.parse(key, guest.config.values[key] ?? "")["file"] ?? "";
        if (isCdrom(guest.config.values[key] ?? "") && !isCloudInit(guest.config.values[key] ?? "")) continue;
        lab.access.check(
            identity,
            `/storage/${storage ?? lab.storages.volume(volid, guest.node).config.storage}`,
            "Datastore.AllocateSpace",
        );
    }
    if (identity !== "root@pam")
        for (const [key, value] of Object.entries(guest.config.values))
            if (/^net\d+$/.test(key)) checkBridge(lab, identity, lab.qemu.parse(key, value));
    if (lab.cluster.guests.has(newid)) throw died(`unable to create VM ${newid}: config file already exists`);
    const copy: Guest = { kind: "qemu", vmid: newid, node: text(call, "target") ?? guest.node, config: emptyConfig({ lock: "clone" }) };
    lab.cluster.guests.set(newid, copy);
    if (pool !== undefined) lab.access.pools.get(pool)?.vms.add(newid);
    return lab.tasks.start(guest.node, "qmclone", String(guest.vmid), identity, async (task) => {
        task.log(`creating a clone of VM ${guest.vmid} with ID ${newid}`);
        await task.step("copy");
        copy.config.values = await cloneValues(call, guest, copy, full);
    });
}

async function cloneValues(call: Call, guest: Guest, copy: Guest, full: boolean): Promise<Values> {
    const { lab } = call;
    const values: Values = {};
    for (const [key, value] of Object.entries(guest.config.values)) {
        if (key === "template" || key === "lock" || /^unused\d+$/.test(key)) continue;
        if (/^net\d+$/.test(key)) {
            const { macaddr: _, ...net } = lab.qemu.parse(key, value);
            values[key] = completeVmNet(lab, key, lab.qemu.print(key, net));
        } else {
            values[key] = value;
        }
    }
    for (const key of driveKeys(guest.config.values)) {
        const value = guest.config.values[key] ?? "";
        if (isCdrom(value) && !isCloudInit(value)) continue;
        const parts = lab.qemu.parse(key, value);
        const { config, parsed, ref } = lab.storages.volume(parts["file"] ?? "", guest.node);
        const target = text(call, "storage") ?? config.storage;
        const linked = !full && !isCloudInit(value);
        const format = linked && lab.storages.isFileBased(config) ? "qcow2" : (text(call, "format") ?? parsed.format);
        const own = isCloudInit(value)
            ? ref.name.replaceAll(String(guest.vmid), String(copy.vmid))
            : await lab.storages.freeName(target, copy.node, copy.vmid, format);
        const size = (await lab.storages.size(parts["file"] ?? "", guest.node)) ?? 0;
        const volid = `${target}:${linked ? `${ref.name}/` : ""}${own}`;
        lab.storages.putOnPaper(volid, copy.node, size);
        values[key] = lab.qemu.print(key, { ...parts, file: volid, size: formatSize(size) });
    }
    const description = text(call, "description")?.trimEnd();
    if (description) values["description"] = description;
    const smbios = values["smbios1"] === undefined ? {} : lab.qemu.parse("smbios1", values["smbios1"]);
    values["smbios1"] = lab.qemu.print("smbios1", { ...smbios, uuid: randomUUID() });
    if (values["vmgenid"] !== undefined) values["vmgenid"] = randomUUID();
    values["name"] = text(call, "name") ?? `Copy-of-VM-${guest.config.values["name"] ?? guest.vmid}`;
    return values;
}

function destroy(call: Call): string {
    const { lab } = call;
    const guest = machine(call);
    const { vmid, node } = guest;
    if (guest.config.values["protection"] === "1") throw died(`can't remove VM ${vmid} - protection mode enabled`);
    const managed = lab.cluster.haResources.has(`vm:${vmid}`);
    if (managed && !flag(call, "purge")) throw died(`unable to remove VM ${vmid} - used in HA resources and purge parameter not set.`);
    return lab.tasks.start(node, "qmdestroy", String(vmid), call.identity, async (task) => {
        if (guest.running) throw died(`VM ${vmid} is running - destroy failed`);
        checkLock(guest);
        const base = await usedBase(lab, guest);
        if (base !== undefined) throw died(`base volume '${base}' is still in use by linked cloned`);
        await task.step("destroy");
        const unused = Object.keys(guest.config.values).filter((key) => /^unused\d+$/.test(key));
        for (const key of [...driveKeys(guest.config.values), ...unused]) {
            const volid = (guest.config.values[key] ?? "").split(",")[0] ?? "";
            if (lab.storages.isOwn(volid, vmid)) await lab.storages.remove(volid, node);
        }
        lab.access.forgetGuest(vmid);
        if (flag(call, "purge")) {
            task.log(`purging VM ${vmid} from related configurations..`);
            forgetVmid(lab.cluster, vmid);
            lab.cluster.haResources.delete(`vm:${vmid}`);
        }
        lab.cluster.guests.delete(vmid);
    });
}

/** No VM of this lab has a running agent; these are the refusals on the way to it. */
function agent(call: Call): never {
    const guest = machine(call);
    if (!/(?:^|,)(?:enabled=)?1/.test(guest.config.values["agent"] ?? "0")) throw died("No QEMU guest agent configured");
    if (!guest.running) throw died(`VM ${guest.vmid} is not running`);
    throw died("QEMU guest agent is not running");
}

/** Asks for the process first, unlike the others (qemu-server PVE/QemuServer/Agent.pm). */
function agentProcess(call: Call): never {
    const guest = machine(call);
    if (!guest.running) throw died(`VM ${guest.vmid} is not running`);
    throw died("QEMU guest agent is not running");
}

export const qemuStatusMethods: Methods = {
    "GET /nodes/{node}/qemu": (call) => {
        const node = need(call, "node");
        return [...call.lab.cluster.guests.values()]
            .filter(
                (guest) =>
                    guest.kind === "qemu" && guest.node === node && call.lab.access.has(call.identity, `/vms/${guest.vmid}`, "VM.Audit"),
            )
            .map(vmStatus);
    },
    "GET /nodes/{node}/qemu/{vmid}": (call) => {
        machine(call);
        return ["config", "pending", "status", "clone", "snapshot", "agent", "cloudinit", "resize"].map((subdir) => ({ subdir }));
    },
    "GET /nodes/{node}/qemu/{vmid}/status/current": current,
    "POST /nodes/{node}/qemu/{vmid}/status/start": power("qmstart", async (call, guest) => {
        if (guest.running) throw died(`VM ${guest.vmid} already running`);
        if (guest.config.values["template"] === "1") throw died("you can't start a vm if it's a template");
        await applyPending(call, guest);
        await checkCustomFiles(call.lab, guest.node, guest.config.values);
        guest.running = true;
    }),
    "POST /nodes/{node}/qemu/{vmid}/status/stop": power("qmstop", (_call, guest) => {
        guest.running = false;
    }),
    "POST /nodes/{node}/qemu/{vmid}/status/shutdown": power("qmshutdown", (_call, guest) => {
        guest.running = false;
    }),
    "POST /nodes/{node}/qemu/{vmid}/template": template,
    "POST /nodes/{node}/qemu/{vmid}/clone": clone,
    "DELETE /nodes/{node}/qemu/{vmid}": destroy,
    "GET /nodes/{node}/qemu/{vmid}/snapshot": (call) => [
        { name: "current", description: "You are here!", digest: digest(machine(call).config), running: machine(call).running ? 1 : 0 },
    ],
    "POST /nodes/{node}/qemu/{vmid}/agent/ping": agent,
    "POST /nodes/{node}/qemu/{vmid}/agent/set-user-password": agent,
    "POST /nodes/{node}/qemu/{vmid}/agent/exec": agent,
    "GET /nodes/{node}/qemu/{vmid}/agent/exec-status": agentProcess,
    "POST /nodes/{node}/qemu/{vmid}/agent/file-write": agent,
    "GET /nodes/{node}/qemu/{vmid}/agent/file-read": agent,
    "GET /nodes/{node}/qemu/{vmid}/agent/network-get-interfaces": agent,
};
