/** Growing and moving a container's volumes (pve-container src/PVE/API2/LXC.pm: resize_vm, move_volume). */
import { badParameters, died, textOf } from "../../pve/errors";
import { formatSize, parseSize } from "../../pve/size";
import { parseVolumeId } from "../../pve/volume-id";
import { flag, need, number, text, type Call, type Methods } from "../call";
import { checkDigest, checkLock, type Guest } from "../cluster";
import type { Lab } from "../lab";
import { guestLockFile } from "../locks";
import type { MountPoint } from "../lxc/keys";
import { addUnused, isVolumeInUse } from "../lxc/volumes";
import { container } from "./lxc-status";

const bytesFor = (size: string): number => parseSize(size.replace(/^\+/, "")) ?? 0;

/** The mount point to grow and its new size; all refusals are synchronous. */
async function checkResize(call: Call, guest: Guest): Promise<{ mount: MountPoint; bytes: number }> {
    const { lab, identity } = call;
    const disk = need(call, "disk");
    const size = need(call, "size");
    checkLock(guest);
    // PVE checks the parameter `disk` as if it were an option, hence VM.Config.Options (pve-api.md section 0, point 4).
    lab.access.check(identity, `/vms/${guest.vmid}`, "VM.Config.Options");
    checkDigest(text(call, "digest"), guest);
    const mount = lab.lxc.mount(disk, guest.config.values[disk] ?? "");
    if (mount.kind !== "volume") throw died(`can't resize ${disk}: it is a ${mount.kind} mount point`);
    const { config, parsed } = lab.storages.volume(mount.volume, guest.node);
    if (parsed.vmid !== guest.vmid) throw died(`can't resize mount point owned by another container (${parsed.vmid})`);
    lab.access.check(identity, `/storage/${config.storage}`, "Datastore.AllocateSpace");
    const now = await lab.storages.size(mount.volume, guest.node);
    if (now === undefined) throw died(`Could not determine current size of volume '${mount.volume}'`);
    const bytes = size.startsWith("+") ? now + bytesFor(size) : bytesFor(size);
    if (bytes < now) throw died("unable to shrink disk size");
    if (bytes === now) throw died("disk is already at specified size");
    return { mount, bytes };
}

async function resize(call: Call): Promise<string> {
    const { lab } = call;
    const early = container(call);
    const disk = need(call, "disk");
    await checkResize(call, early);
    return lab.tasks.start(early.node, "resize", String(early.vmid), call.identity, (task) =>
        lab.locks.run(guestLockFile("lxc", early.vmid), async () => {
            const guest = container(call);
            const { mount, bytes } = await checkResize(call, guest);
            await task.step("resize");
            const { ref, parsed } = lab.storages.volume(mount.volume, guest.node);
            // What is a file system of its own on the storage has nothing else to grow.
            const failed = parsed.format === "raw" ? await failureOf(task.step("file system")) : undefined;
            await lab.machine.resizeVolume(ref, bytes, failed !== undefined);
            guest.config.values[disk] = lab.lxc.print(disk, { ...mount.parts, size: formatSize(bytes) });
            // Said with Perl's `warn`, which marks no warning: the task ends with OK (resize_vm).
            if (failed !== undefined) task.log(`Failed to update the container's filesystem: ${failed}`);
            await task.step("resized");
        }),
    );
}

const failureOf = (step: Promise<void>): Promise<string | undefined> => step.then(() => undefined, textOf);

/** The mount point or unusedN that is to move; both hold one volume of this guest. */
function source(call: Call, guest: Guest, key: string): MountPoint {
    const value = guest.config.values[key];
    if (value === undefined) throw died(`Volume '${key}' ('${key}') does not exist`);
    const mount = key.startsWith("unused")
        ? { kind: "volume" as const, volume: value, mp: "", parts: { volume: value } }
        : call.lab.lxc.mount(key, value);
    if (mount.kind !== "volume") throw died(`cannot move volume '${key}', it's of type '${mount.kind}'`);
    return mount;
}

/** Copies a volume onto another storage under a name of the target's kind. */
export async function copyTo(lab: Lab, guest: Guest, volid: string, storage: string, node = guest.node): Promise<string> {
    const from = lab.storages.volume(volid, guest.node);
    const config = lab.storages.enabled(storage, node);
    const format =
        config.type === "zfspool" ? "subvol" : from.parsed.format === "subvol" && from.config.type !== "zfspool" ? "subvol" : "raw";
    const name = await lab.storages.freeName(storage, node, guest.vmid, format);
    await lab.machine.copyVolume(from.ref, { node, storage: lab.storages.place(config), name });
    return `${storage}:${name}`;
}

function moveToStorage(call: Call, guest: Guest, key: string, storage: string): string {
    const { lab } = call;
    const mount = source(call, guest, key);
    lab.access.check(call.identity, `/storage/${storage}`, "Datastore.AllocateSpace");
    const config = lab.storages.checkRootdir(storage, guest.node);
    const from = parseVolumeId(mount.volume)?.storage;
    if (from === storage) throw died(`Storage migration from '${from}' to '${storage}' is pointless`);
    return lab.tasks.start(guest.node, "move_volume", String(guest.vmid), call.identity, (task) =>
        lab.locks.run(guestLockFile("lxc", guest.vmid), async () => {
            checkLock(guest);
            if (await lab.machine.isRunning(guest.node, guest.vmid)) throw died("cannot move volumes of a running container");
            guest.config.values["lock"] = "disk";
            try {
                await task.step("copy");
                const volid = await copyTo(lab, guest, mount.volume, config.storage);
                guest.config.values[key] = key.startsWith("unused") ? volid : lab.lxc.print(key, { ...mount.parts, volume: volid });
                if (flag(call, "delete")) await lab.storages.remove(mount.volume, guest.node);
                else if (!isVolumeInUse(guest, mount.volume)) addUnused(guest, mount.volume);
            } finally {
                delete guest.config.values["lock"];
            }
        }),
    );
}

/** Both guests' checks, early and again under the locks. */
async function checkReassign(
    call: Call,
    guest: Guest,
    key: string,
    targetId: number,
    targetKey: string,
): Promise<{ target: Guest; mount: MountPoint }> {
    const { lab } = call;
    const found = lab.cluster.guests.get(targetId);
    if (found && found.node !== guest.node)
        throw died(`Both containers need to be on the same node (${guest.vmid} is on ${guest.node}, ${targetId} is on ${found.node})`);
    const target = lab.cluster.guest("lxc", guest.node, targetId);
    checkLock(guest);
    checkLock(target);
    checkDigest(text(call, "digest"), guest);
    checkDigest(text(call, "target-digest"), target);
    if (guest.config.values["template"] === "1" || target.config.values["template"] === "1")
        throw died("cannot move volumes from or to a template");
    if (target.config.values[targetKey] !== undefined)
        throw died(`Target volume key '${targetKey}' is already in use for container '${targetId}'`);
    if (key === "rootfs") throw died("cannot move the rootfs to another container");
    const mount = source(call, guest, key);
    if (!key.startsWith("unused") && (await lab.machine.isRunning(guest.node, guest.vmid)))
        throw died("Cannot move mounted volume of a running container to another container");
    if (!targetKey.startsWith("unused") && (await lab.machine.isRunning(target.node, target.vmid)))
        throw died("Cannot attach a volume to a running container as a mount point");
    if (!targetKey.startsWith("unused") && mount.parts["mp"] === undefined)
        throw died(`cannot move volume '${key}' to mount point '${targetKey}': it has no path`);
    return { target, mount };
}

async function moveToGuest(call: Call, guest: Guest, key: string, targetId: number): Promise<string> {
    const { lab } = call;
    const targetKey = text(call, "target-volume") ?? key;
    if (targetId === guest.vmid) throw badParameters({ "target-vmid": "must be different than source VMID to reassign disk" });
    lab.access.check(call.identity, `/vms/${targetId}`, "VM.Config.Disk");
    await checkReassign(call, guest, key, targetId, targetKey);
    return lab.tasks.start(guest.node, "move_volume", `${guest.vmid}-${key}>${targetId}-${targetKey}`, call.identity, (task) =>
        lab.locks.run(guestLockFile("lxc", guest.vmid), () =>
            lab.locks.run(guestLockFile("lxc", targetId), async () => {
                const { target, mount } = await checkReassign(call, guest, key, targetId, targetKey);
                await task.step("rename");
                const { config, parsed, ref } = lab.storages.volume(mount.volume, guest.node);
                const name = await lab.storages.freeName(config.storage, guest.node, targetId, parsed.format);
                await lab.machine.renameVolume(ref, name);
                const volid = `${config.storage}:${name}`;
                task.log(`moving volume '${key}' from container '${guest.vmid}' to '${targetId}'`);
                delete guest.config.values[key];
                target.config.values[targetKey] = targetKey.startsWith("unused")
                    ? volid
                    : lab.lxc.print(targetKey, { ...mount.parts, volume: volid });
            }),
        ),
    );
}

async function move(call: Call): Promise<string> {
    const guest = container(call);
    const key = need(call, "volume");
    const storage = text(call, "storage");
    const target = number(call, "target-vmid");
    if (target !== undefined && storage !== undefined)
        throw badParameters({ "target-vmid": "either set 'storage' or 'target-vmid', but not both" });
    checkLock(guest);
    if (target !== undefined) return moveToGuest(call, guest, key, target);
    if (storage !== undefined) {
        checkDigest(text(call, "digest"), guest);
        return moveToStorage(call, guest, key, storage);
    }
    throw died(
        "Provide either a 'storage' to move the mount point to a different storage or 'target-vmid' and 'target-volume' to move the mount point to another container",
    );
}

export const lxcDiskMethods: Methods = {
    "PUT /nodes/{node}/lxc/{vmid}/resize": resize,
    "POST /nodes/{node}/lxc/{vmid}/move_volume": move,
};
