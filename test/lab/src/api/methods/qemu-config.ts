/** A VM's config, its cloud-init data and its disks' sizes (qemu-server PVE/API2/Qemu.pm). */
import { execFileSync } from "node:child_process";
import { badParameters, died } from "../../pve/errors";
import { digest, type Values } from "../../pve/guest-config";
import { splitList } from "../../pve/lists";
import { formatSize, parseSize } from "../../pve/size";
import { parseVolumeId } from "../../pve/volume-id";
import { flag, need, others, text, type Call, type Methods } from "../call";
import { checkDigest, checkLock, type Guest } from "../cluster";
import { guestLockFile } from "../locks";
import { checkCustomFiles, realizeDrive } from "../qemu/drives";
import { driveKeys, isCdrom, isCloudInit, isDrive } from "../qemu/keys";
import { completeVmNet, storedValue } from "../qemu/options";
import { checkVmChange } from "../qemu/permissions";

export function machine(call: Call): Guest {
    return call.lab.cluster.guest("qemu", need(call, "node"), Number(need(call, "vmid")));
}

function asJson(call: Call, values: Values): Record<string, string | number> {
    return Object.fromEntries(
        Object.entries(values).map(([key, value]) => [key, key === "cipassword" ? "**********" : call.lab.qemu.json(key, value)]),
    );
}

function addUnused(guest: Guest, value: string): void {
    const volid = value.split(",")[0] ?? "";
    if (!parseVolumeId(volid) || isCloudInit(value)) return;
    let index = 0;
    while (guest.config.values[`unused${index}`] !== undefined) index++;
    guest.config.values[`unused${index}`] = volid;
}

async function removeKey(call: Call, guest: Guest, key: string, force: boolean): Promise<void> {
    const value = guest.config.values[key];
    if (value === undefined) return;
    const volid = value.split(",")[0] ?? "";
    if (/^unused\d+$/.test(key) || (isDrive(key) && (force || isCloudInit(value)))) {
        if (parseVolumeId(volid) && call.lab.storages.volume(volid, guest.node).parsed.vmid === guest.vmid)
            await call.lab.storages.remove(volid, guest.node);
    } else if (isDrive(key)) {
        addUnused(guest, value);
    }
    delete guest.config.values[key];
}

async function setKey(call: Call, guest: Guest, key: string, value: string): Promise<void> {
    const { lab } = call;
    const before = guest.config.values[key];
    let next = value;
    if (isDrive(key)) next = await realizeDrive(lab, guest, key, value, guest.config.values, []);
    else if (/^net\d+$/.test(key)) next = completeVmNet(lab, key, value);
    else next = storedValue(key, value);
    delete guest.config.pending[key];
    if (key === "description" && next === "") delete guest.config.values[key];
    else guest.config.values[key] = next;
    if (isDrive(key) && before !== undefined && before.split(",")[0] !== next.split(",")[0]) addUnused(guest, before);
}

const atOnce = new Set(
    "description hookscript lock migrate_downtime migrate_speed name onboot protection shares startup tags vmstatestorage hotplug tablet cpuunits cpulimit".split(
        " ",
    ),
);

/** With the usual `hotplug` of network, disk and usb; IDE and SATA have none, and unused disks are no devices (vmconfig_hotplug_pending). */
const canPlug = (key: string): boolean => atOnce.has(key) || /^(?:net|scsi|virtio|usb|unused)\d+$/.test(key);

/** A running VM takes what it can, the rest waits for its next start. */
async function apply(call: Call, guest: Guest, set: Record<string, string>, remove: string[]): Promise<void> {
    const { config } = guest;
    const now = (key: string): boolean => !guest.running || canPlug(key);
    config.pendingDelete = config.pendingDelete.filter((key) => set[key] === undefined);
    for (const key of remove) {
        delete config.pending[key];
        if (now(key)) await removeKey(call, guest, key, flag(call, "force"));
        else if (config.values[key] !== undefined && !config.pendingDelete.includes(key)) config.pendingDelete.push(key);
    }
    // cicustom and the like come first: a new cloud-init drive is made from them.
    for (const key of Object.keys(set).sort((one, other) => Number(isDrive(one)) - Number(isDrive(other)))) {
        const value = set[key] ?? "";
        if (now(key)) await setKey(call, guest, key, value);
        else if (storedValue(key, value) === config.values[key]) delete config.pending[key];
        // A new disk is made at once; only its plug waits.
        else
            config.pending[key] = isDrive(key)
                ? await realizeDrive(call.lab, guest, key, value, config.values, [])
                : storedValue(key, value);
    }
}

/** What waited becomes true: at a start, or with the next change of a stopped VM (vmconfig_apply_pending). */
export async function applyPending(call: Call, guest: Guest): Promise<void> {
    const { pending, pendingDelete } = guest.config;
    guest.config.pending = {};
    guest.config.pendingDelete = [];
    for (const key of pendingDelete) await removeKey(call, guest, key, false);
    for (const [key, value] of Object.entries(pending)) await setKey(call, guest, key, value);
}

function read(call: Call): unknown {
    const { config } = machine(call);
    const values: Values = { ...config.values };
    if (!flag(call, "current")) {
        Object.assign(values, config.pending);
        for (const key of config.pendingDelete) delete values[key];
    }
    return { ...asJson(call, values), digest: digest(config) };
}

function readPending(call: Call): unknown[] {
    const { config } = machine(call);
    const waiting = asJson(call, config.pending);
    const rows = Object.entries(asJson(call, config.values)).map(([key, value]) => ({
        key,
        value,
        ...(waiting[key] === undefined ? {} : { pending: waiting[key] }),
        ...(config.pendingDelete.includes(key) ? { delete: 1 } : {}),
    }));
    const fresh = Object.entries(waiting).filter(([key]) => config.values[key] === undefined);
    return [...rows, ...fresh.map(([key, pending]) => ({ key, pending }))];
}

/** What both forms check before any work. */
function prepare(call: Call): { guest: Guest; set: Record<string, string>; remove: string[] } {
    const { lab, identity } = call;
    const set = others(
        call,
        "node",
        "vmid",
        "digest",
        "delete",
        "revert",
        "force",
        "skiplock",
        "background_delay",
        "import-working-storage",
    );
    const remove = splitList(text(call, "delete"));
    const revert = splitList(text(call, "revert"));
    if (flag(call, "skiplock") && identity !== "root@pam") throw badParameters({ skiplock: "Only root may use this option." });
    if (Object.keys(set).length + remove.length + revert.length === 0) throw died("no options specified");
    for (const key of remove) {
        if (set[key] !== undefined) throw badParameters({ delete: `you can't use '-${key}' and -delete ${key}' at the same time` });
        if (!lab.qemu.exists(key)) throw badParameters({ delete: `unknown option '${key}'` });
    }
    const vmid = Number(need(call, "vmid"));
    const known = lab.cluster.guests.get(vmid);
    checkVmChange(lab, identity, { vmid, old: known?.config.values, set, remove });
    const guest = machine(call);
    checkDigest(text(call, "digest"), guest);
    if (!flag(call, "skiplock")) checkLock(guest);
    return { guest, set, remove };
}

function revert(call: Call, { config }: Guest): void {
    const keys = splitList(text(call, "revert"));
    for (const key of keys) delete config.pending[key];
    config.pendingDelete = config.pendingDelete.filter((key) => !keys.includes(key));
}

async function updateNow(call: Call): Promise<null> {
    const { guest, set, remove } = prepare(call);
    return call.lab.locks.run(guestLockFile("qemu", guest.vmid), async () => {
        revert(call, guest);
        await apply(call, guest, set, remove);
        return null;
    });
}

function updateInTask(call: Call): string {
    const { guest, set, remove } = prepare(call);
    return call.lab.tasks.start(guest.node, "qmconfig", String(guest.vmid), call.identity, (task) =>
        call.lab.locks.run(guestLockFile("qemu", guest.vmid), async () => {
            await task.step("configure");
            revert(call, guest);
            await apply(call, guest, set, remove);
        }),
    );
}

function resize(call: Call): string {
    const { lab } = call;
    const guest = machine(call);
    const disk = need(call, "disk");
    const wanted = need(call, "size");
    checkDigest(text(call, "digest"), guest);
    checkLock(guest);
    return lab.tasks.start(guest.node, "resize", String(guest.vmid), call.identity, async (task) => {
        const value = guest.config.values[disk];
        if (value === undefined) throw died(`disk '${disk}' does not exist`);
        if (isCdrom(value)) throw died("you can't resize a cdrom");
        const parts = lab.qemu.parse(disk, value);
        const now = (await lab.storages.size(parts["file"] ?? "", guest.node)) ?? 0;
        const given = parseSize(wanted.replace(/^\+/, "")) ?? 0;
        const bytes = wanted.startsWith("+") ? now + given : given;
        if (bytes < now) throw died("shrinking disks is not supported");
        await task.step("resize");
        if (bytes === now) return;
        lab.storages.putOnPaper(parts["file"] ?? "", guest.node, bytes);
        guest.config.values[disk] = lab.qemu.print(disk, { ...parts, size: formatSize(bytes) });
    });
}

const cloudKeys = /^(?:cicustom|cipassword|citype|ciupgrade|ciuser|ipconfig\d+|nameserver|searchdomain|sshkeys)$/;

function cloudInitPending(call: Call): unknown {
    const { values } = machine(call).config;
    const keys = Object.keys(values).filter((key) => cloudKeys.test(key) && !key.startsWith("ipconfig"));
    return keys.sort().map((key) => ({ key, value: key === "cipassword" ? "**********" : values[key] }));
}

async function regenerate(call: Call): Promise<null> {
    const guest = machine(call);
    if (!driveKeys(guest.config.values).some((key) => isCloudInit(guest.config.values[key] ?? ""))) throw died("no cloudinit drive found");
    await checkCustomFiles(call.lab, guest.node, guest.config.values);
    return null;
}

/** The `user` part as PVE renders it; the password is hashed as cloud-init wants it. */
function userData(values: Values, vmid: number): string {
    const [hostname = "", ...domain] = (values["name"] ?? `VM${vmid}`).split(".");
    const search = domain.join(".") || values["searchdomain"];
    const lines = [
        "#cloud-config",
        `hostname: ${hostname}`,
        "manage_etc_hosts: true",
        `fqdn: ${search ? `${hostname}.${search}` : hostname}`,
    ];
    if (values["ciuser"] !== undefined) lines.push(`user: ${values["ciuser"]}`);
    if (values["cipassword"] !== undefined)
        lines.push(
            `password: ${execFileSync("openssl", ["passwd", "-5", "-stdin"], { input: values["cipassword"], encoding: "utf8" }).trim()}`,
        );
    const keys = decodeURIComponent(values["sshkeys"] ?? "")
        .split("\n")
        .filter((line) => line.trim() !== "");
    if (keys.length > 0) lines.push("ssh_authorized_keys:", ...keys.map((key) => `  - ${key}`));
    lines.push("chpasswd:", "  expire: False", "users:", "  - default");
    if (values["ciupgrade"] !== "0") lines.push("package_upgrade: true");
    return `${lines.join("\n")}\n`;
}

function dump(call: Call): string {
    const guest = machine(call);
    const type = need(call, "type");
    if (type === "user") return userData(guest.config.values, guest.vmid);
    if (type === "meta") return `instance-id: ${digest(guest.config)}\n`;
    return "version: 1\nconfig: []\n";
}

export const qemuConfigMethods: Methods = {
    "GET /nodes/{node}/qemu/{vmid}/config": read,
    "PUT /nodes/{node}/qemu/{vmid}/config": updateNow,
    "POST /nodes/{node}/qemu/{vmid}/config": updateInTask,
    "GET /nodes/{node}/qemu/{vmid}/pending": readPending,
    "PUT /nodes/{node}/qemu/{vmid}/resize": resize,
    "PUT /nodes/{node}/qemu/{vmid}/unlink": async (call) => {
        const guest = machine(call);
        for (const key of splitList(need(call, "idlist"))) await removeKey(call, guest, key, flag(call, "force"));
        return null;
    },
    "GET /nodes/{node}/qemu/{vmid}/cloudinit": cloudInitPending,
    "PUT /nodes/{node}/qemu/{vmid}/cloudinit": regenerate,
    "GET /nodes/{node}/qemu/{vmid}/cloudinit/dump": dump,
};
