/** POST /nodes/{node}/qemu (qemu-server PVE/API2/Qemu.pm: create_vm). */
import { randomUUID } from "node:crypto";
import { denied, died, textOf } from "../../pve/errors";
import { emptyConfig, type Values } from "../../pve/guest-config";
import { flag, need, others, text, type Call, type Methods } from "../call";
import type { Guest } from "../cluster";
import { realizeDrive } from "../qemu/drives";
import { driveKeys } from "../qemu/keys";
import { completeVmNet, storedValue } from "../qemu/options";
import { checkVmChange } from "../qemu/permissions";
import { checkTags } from "../lxc/permissions";

const notOptions = "node vmid archive pool storage force unique start live-restore bwlimit ha-managed import-working-storage".split(" ");

function bootOrder(values: Values): string {
    const devices = [
        ...driveKeys(values).filter((key) => !key.startsWith("efi") && !key.startsWith("tpm")),
        ...Object.keys(values).filter((key) => /^net\d+$/.test(key)),
    ];
    const disks = devices.filter((key) => !key.startsWith("net") && !(values[key] ?? "").includes("media=cdrom"));
    const ordered = [...disks, ...devices.filter((key) => !disks.includes(key))];
    return ordered.length === 0 ? " " : `order=${ordered.join(";")}`;
}

async function create(call: Call): Promise<string> {
    const { lab, identity } = call;
    const node = need(call, "node");
    const vmid = Number(need(call, "vmid"));
    const pool = text(call, "pool");
    if (pool !== undefined && !lab.access.pools.has(pool)) throw denied(`pool '${pool}' does not exist`);
    const may =
        lab.access.has(identity, `/vms/${vmid}`, "VM.Allocate") ||
        (pool !== undefined && lab.access.has(identity, `/pool/${pool}`, "VM.Allocate"));
    if (!may) throw denied();
    const archive = text(call, "archive");
    if (archive !== undefined) {
        lab.storages.checkAccess(lab.access, identity, vmid, archive, "backup");
        if ((await lab.storages.size(archive, node)) === undefined) throw died(`volume '${archive}' does not exist`);
        throw died("this lab cannot restore backups");
    }
    const set = others(call, ...notOptions);
    checkVmChange(lab, identity, { vmid, pool, set, remove: [], withoutTags: true });
    const taken = lab.cluster.guests.get(vmid);
    if (taken)
        throw died(`unable to create VM ${vmid} - ${taken.kind === "lxc" ? "CT" : "VM"} ${vmid} already exists on node '${taken.node}'`);
    const guest: Guest = { kind: "qemu", vmid, node, config: emptyConfig({ lock: "create" }) };
    lab.cluster.guests.set(vmid, guest);
    return lab.tasks.start(node, "qmcreate", String(vmid), identity, async (task) => {
        const made: string[] = [];
        try {
            if (set["tags"] !== undefined && identity !== "root@pam") checkTags(lab, identity, vmid, undefined, set["tags"]);
            const values: Values = {};
            for (const [key, value] of Object.entries(set))
                values[key] = /^net\d+$/.test(key) ? completeVmNet(lab, key, value) : storedValue(key, value);
            for (const key of driveKeys(set)) {
                await task.step("allocate");
                values[key] = await realizeDrive(lab, guest, key, set[key] ?? "", values, made, task);
            }
            values["boot"] ??= bootOrder(values);
            values["vmgenid"] ??= randomUUID();
            values["smbios1"] ??= `uuid=${randomUUID()}`;
            values["meta"] = `creation-qemu=10.1.2,ctime=${Math.floor(Date.now() / 1000)}`;
            guest.config.values = values;
            await task.step("configured");
        } catch (error) {
            for (const volid of made) await lab.storages.remove(volid, node);
            lab.cluster.guests.delete(vmid);
            lab.access.forgetGuest(vmid);
            throw new Error(`unable to create VM ${vmid} - ${textOf(error)}`);
        }
        if (pool !== undefined) lab.access.pools.get(pool)?.vms.add(vmid);
        guest.running = flag(call, "start");
    });
}

export const qemuCreateMethods: Methods = { "POST /nodes/{node}/qemu": create };
