/** Snapshots of a container (pve-container src/PVE/API2/LXC/Snapshot.pm; pve-guest-common AbstractConfig.pm: snapshot_create, -_delete, -_rollback). */
import type { VolumeRef } from "../../machine";
import { died } from "../../pve/errors";
import { digest, normalDescription, type Values } from "../../pve/guest-config";
import { flag, need, text, type Call, type Methods } from "../call";
import { checkLock, type Guest } from "../cluster";
import type { Lab } from "../lab";
import { guestLockFile } from "../locks";
import { mountKeys } from "../lxc/keys";
import { startTask } from "../lxc/start";
import { addUnused, isVolumeInUse } from "../lxc/volumes";
import { container } from "./lxc-status";

/** Storages that keep snapshots of containers' volumes; on a directory PVE has none of raw images and subvols. */
const keepers = new Set(["zfspool", "btrfs"]);
/** What a config does not take into a snapshot, nor from one (AbstractConfig.pm: __snapshot_copy_config). */
const notKept = /^(?:snaptime|snapstate|parent|description|lock|unused\d+)$/;
/** What a container keeps when its config becomes a snapshot's. */
const staying = /^(?:description|unused\d+)$/;

const those = (values: Values, wanted: (key: string) => boolean): Values =>
    Object.fromEntries(Object.entries(values).filter(([key]) => wanted(key)));

interface Kept {
    key: string;
    volid: string;
    ref: VolumeRef;
    type: string;
}

function volumes(lab: Lab, guest: Guest, values: Values): (Kept | undefined)[] {
    return mountKeys(values).map((key) => {
        const mount = lab.lxc.mount(key, values[key] ?? "");
        if (mount.kind !== "volume") return undefined;
        const { ref, config } = lab.storages.volume(mount.volume, guest.node);
        return { key, volid: mount.volume, ref, type: config.type };
    });
}

/** A bind mount or one volume that cannot be kept is enough for the whole container to have no snapshots. */
export function canSnapshot(lab: Lab, guest: Guest): boolean {
    return volumes(lab, guest, guest.config.values).every((volume) => volume !== undefined && keepers.has(volume.type));
}

function existing(guest: Guest, name: string): Values {
    const found = guest.config.snapshots[name];
    if (!found) throw died(`snapshot '${name}' does not exist`);
    return found;
}

/** What the volumes of a snapshot are; one that was taken holds volumes only. */
function kept(lab: Lab, guest: Guest, name: string): Kept[] {
    return volumes(lab, guest, existing(guest, name)).filter((volume) => volume !== undefined);
}

async function locked(call: Call, lock: string, work: (guest: Guest) => Promise<void>): Promise<void> {
    const guest = container(call);
    await call.lab.locks.run(guestLockFile("lxc", guest.vmid), async () => {
        checkLock(guest);
        guest.config.values["lock"] = lock;
        try {
            await work(guest);
        } finally {
            delete guest.config.values["lock"];
        }
    });
}

function create(call: Call): string {
    const { lab, identity } = call;
    const early = container(call);
    const name = need(call, "snapname");
    if (name === "current") throw died(`unable to use snapshot name 'current' (reserved name)`);
    if (name === "vzdump") throw died(`unable to use snapshot name 'vzdump' (reserved name)`);
    return lab.tasks.start(early.node, "vzsnapshot", String(early.vmid), identity, (task) =>
        locked(call, "snapshot", async (guest) => {
            const { config } = guest;
            await task.step("snapshot");
            if (config.values["template"] === "1") throw died("you can't take a snapshot if it's a template");
            if (config.snapshots[name]) throw died(`snapshot name '${name}' already used`);
            if (!canSnapshot(lab, guest)) throw died("snapshot feature is not available");
            const parent = config.values["parent"];
            const description = normalDescription(text(call, "description") ?? "");
            config.snapshots[name] = {
                ...those(config.values, (key) => !notKept.test(key)),
                snaptime: String(Math.floor(Date.now() / 1000)),
                ...(parent === undefined ? {} : { parent }),
                ...(description === undefined ? {} : { description }),
            };
            if (config.raw[""]) config.raw[name] = config.raw[""];
            try {
                const refs = kept(lab, guest, name).map(({ ref }) => ref);
                await lab.machine.snapshot(guest.node, guest.vmid, refs, name);
            } catch (error) {
                delete config.snapshots[name];
                delete config.raw[name];
                throw error;
            }
            config.values["parent"] = name;
        }),
    );
}

/** ZFS goes back to the last snapshot only (ZFSPoolPlugin.pm: volume_rollback_is_possible). */
function checkNewest(guest: Guest, name: string, { key, volid, type }: Kept): void {
    const since = (snapshot: Values): number => Number(snapshot["snaptime"] ?? 0);
    const order = Object.entries(guest.config.snapshots).sort(([, one], [, other]) => since(one) - since(other));
    const later = order.slice(order.findIndex(([each]) => each === name) + 1);
    if (type === "zfspool" && later.some(([, values]) => values[key]?.split(",")[0] === volid))
        throw died(`can't rollback, '${name}' is not most recent snapshot on '${volid}'`);
}

function rollback(call: Call): string {
    const { lab, identity } = call;
    const early = container(call);
    const name = need(call, "snapname");
    return lab.tasks.start(early.node, "vzrollback", String(early.vmid), identity, async (task) => {
        await locked(call, "rollback", async (guest) => {
            const { config } = guest;
            if (config.values["template"] === "1") throw died("you can't rollback if vm is a template");
            const back = kept(lab, guest, name);
            for (const volume of back) checkNewest(guest, name, volume);
            if (await lab.machine.isRunning(guest.node, guest.vmid)) await lab.machine.stop(guest.node, guest.vmid);
            await task.step("rollback");
            for (const { ref } of back) await lab.machine.rollbackVolume(ref, name);
            const before = volumes(lab, guest, config.values);
            const stays = those(config.values, (key) => staying.test(key));
            config.values = { ...those(existing(guest, name), (key) => !notKept.test(key)), ...stays, parent: name };
            if (config.raw[name]) config.raw[""] = config.raw[name];
            else delete config.raw[""];
            const now = { ...guest, config: { ...config, snapshots: {} } };
            for (const volume of before) if (volume && !isVolumeInUse(now, volume.volid)) addUnused(guest, volume.volid);
        });
        if (flag(call, "start")) startTask(lab, early.node, early.vmid, identity);
    });
}

function remove(call: Call): string {
    const { lab, identity } = call;
    const early = container(call);
    const name = need(call, "snapname");
    return lab.tasks.start(early.node, "vzdelsnapshot", String(early.vmid), identity, (task) =>
        locked(call, "snapshot-delete", async (guest) => {
            const { config } = guest;
            const gone = kept(lab, guest, name);
            await task.step("snapshot");
            for (const { ref } of gone) await lab.machine.removeSnapshot(ref, name);
            const parent = config.snapshots[name]?.["parent"];
            delete config.snapshots[name];
            delete config.raw[name];
            for (const child of [config.values, ...Object.values(config.snapshots)]) {
                if (child["parent"] !== name) continue;
                if (parent === undefined) delete child["parent"];
                else child["parent"] = parent;
            }
        }),
    );
}

async function list(call: Call): Promise<unknown[]> {
    const { config, vmid, node } = container(call);
    const parent = (values: Values): object => (values["parent"] === undefined ? {} : { parent: values["parent"] });
    const rows = Object.entries(config.snapshots).map(([name, values]) => ({
        name,
        description: values["description"] ?? "",
        snaptime: Number(values["snaptime"] ?? 0),
        ...parent(values),
    }));
    const running = (await call.lab.machine.isRunning(node, vmid)) ? 1 : 0;
    const current = { name: "current", description: "You are here!", digest: digest(config), running, ...parent(config.values) };
    return [...rows, current];
}

function read(call: Call): unknown {
    const values = existing(container(call), need(call, "snapname"));
    const json = (key: string, value: string): string | number => (key === "snaptime" ? Number(value) : call.lab.lxc.json(key, value));
    return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, json(key, value)]));
}

function describe(call: Call): null {
    const values = existing(container(call), need(call, "snapname"));
    const description = text(call, "description");
    if (description === undefined) return null;
    const normal = normalDescription(description);
    if (normal === undefined) delete values["description"];
    else values["description"] = normal;
    return null;
}

export const lxcSnapshotMethods: Methods = {
    "GET /nodes/{node}/lxc/{vmid}/snapshot": list,
    "POST /nodes/{node}/lxc/{vmid}/snapshot": create,
    "DELETE /nodes/{node}/lxc/{vmid}/snapshot/{snapname}": remove,
    "POST /nodes/{node}/lxc/{vmid}/snapshot/{snapname}/rollback": rollback,
    "GET /nodes/{node}/lxc/{vmid}/snapshot/{snapname}/config": read,
    "PUT /nodes/{node}/lxc/{vmid}/snapshot/{snapname}/config": describe,
};
