/** Who may set which option of a VM (qemu-server PVE/API2/Qemu.pm: check_vm_modify_config_perm and its companions). */
import { died } from "../../pve/errors";
import { parseNewVolume } from "../../pve/volume-id";
import type { Lab } from "../lab";
import { checkBridge, checkTags } from "../lxc/permissions";
import { cloudInitStorage, isCdrom, isDrive } from "./keys";

const words = (text: string): Set<string> => new Set(text.split(" "));

const cpu = words("cores cpu cpulimit cpuunits numa smp sockets vcpus");
const memory = words("balloon memory shares allow-ksm");
const disk = words("boot bootdisk");
const hardware = words("acpi hotplug kvm machine scsihw smbios1 tablet vga watchdog audio0 tpmstate efidisk");
const options = words(
    "agent autostart bios description keyboard localtime migrate_downtime migrate_speed name onboot ostype protection reboot startdate startup tdf template",
);
const cloudInit = words("cicustom cipassword citype ciupgrade ciuser nameserver searchdomain sshkeys");

export interface VmChange {
    vmid: number;
    pool?: string;
    old?: Record<string, string>;
    set: Record<string, string>;
    remove: string[];
    /** Tags of a new VM are looked at by its task only. */
    withoutTags?: boolean;
}

const rootOnly = (key: string, what = ""): Error => died(`only root can set '${key}' config${what}`);

/** Volumes first, as PVE does: space for new ones, access to existing ones. */
function checkVolumes(lab: Lab, identity: string, change: VmChange): void {
    for (const [key, value] of Object.entries(change.set)) {
        if (!isDrive(key)) continue;
        const parts = lab.qemu.parse(key, value);
        const volume = parts["file"] ?? "";
        if (volume === "none" || volume === "cdrom") continue;
        const storage = parseNewVolume(volume)?.storage ?? cloudInitStorage(volume);
        if (storage !== undefined) {
            lab.access.check(identity, `/storage/${storage}`, "Datastore.AllocateSpace");
            lab.storages.config(storage);
        } else {
            lab.storages.checkAccess(lab.access, identity, change.vmid, volume, undefined);
        }
        if (parts["import-from"] !== undefined)
            lab.storages.checkAccess(lab.access, identity, change.vmid, parts["import-from"], undefined);
    }
}

function checkDevice(lab: Lab, identity: string, change: VmChange, key: string, value: string | undefined): void {
    const guest = (...names: string[]): void => lab.access.checkGuest(identity, change.vmid, change.pool, ...names);
    if (/^serial\d+$/.test(key)) {
        if ((value ?? "socket") !== "socket") throw rootOnly(key, " for real devices");
        guest("VM.Config.HWType");
    } else if (/^usb\d+$/.test(key)) {
        if (value !== undefined && /(?:^|,)host=|^\d/.test(value)) throw rootOnly(key, " for real devices");
        guest("VM.Config.HWType");
    } else if (/^hostpci\d+$/.test(key)) {
        const mapping = /(?:^|,)mapping=([^,]+)/.exec(value ?? "")?.[1];
        if (value !== undefined && mapping === undefined) throw rootOnly(key, " for non-mapped devices");
        guest("VM.Config.HWType");
        if (mapping !== undefined) lab.access.check(identity, `/mapping/pci/${mapping}`, "Mapping.Use");
    } else if (/^virtiofs\d+$/.test(key)) {
        guest("VM.Config.Disk");
        const dirid = value === undefined ? undefined : lab.qemu.parse(key, value)["dirid"];
        if (dirid !== undefined) lab.access.check(identity, `/mapping/dir/${dirid}`, "Mapping.Use");
    } else {
        throw rootOnly(key);
    }
}

export function checkVmChange(lab: Lab, identity: string, change: VmChange): void {
    if (identity === "root@pam") return;
    checkVolumes(lab, identity, change);
    const guest = (...names: string[]): void => lab.access.checkGuest(identity, change.vmid, change.pool, ...names);
    for (const key of [...change.remove, ...Object.keys(change.set)]) {
        const value = change.set[key];
        if (key === "tags") {
            if (!change.withoutTags) checkTags(lab, identity, change.vmid, change.old?.["tags"], value ?? "");
        } else if (cpu.has(key)) guest("VM.Config.CPU");
        else if (memory.has(key)) guest("VM.Config.Memory");
        else if (disk.has(key) || /^unused\d+$/.test(key)) guest("VM.Config.Disk");
        else if (hardware.has(key) || key === "rng0") {
            guest("VM.Config.HWType");
            if (value?.includes("/dev/hwrng")) lab.access.check(identity, "/mapping/hwrng", "Mapping.Use");
        } else if (options.has(key)) {
            guest("VM.Config.Options");
            if (key === "startup") lab.access.check(identity, "/", "Sys.Modify");
        } else if (cloudInit.has(key) || /^ipconfig\d+$/.test(key)) {
            if (!lab.access.hasAny(identity, `/vms/${change.vmid}`, "VM.Config.Cloudinit", "VM.Config.Network")) guest("VM.Config.Network");
        } else if (/^net\d+$/.test(key)) {
            guest("VM.Config.Network");
            for (const net of [change.old?.[key], value]) if (net !== undefined) checkBridge(lab, identity, lab.qemu.parse(key, net));
        } else if (isDrive(key)) {
            const cdrom = isCdrom(value ?? change.old?.[key] ?? "");
            guest(cdrom ? "VM.Config.CDROM" : "VM.Config.Disk");
            if (cdrom && cloudInitStorage((value ?? "").split(",")[0] ?? "") !== undefined) guest("VM.Config.Cloudinit");
        } else {
            checkDevice(lab, identity, change, key, value);
        }
    }
}
