/** A container's config, read and changed (pve-container src/PVE/API2/LXC/Config.pm, API2/LXC.pm). */
import { badParameters, died } from "../../pve/errors";
import { digest, type Values } from "../../pve/guest-config";
import { splitList } from "../../pve/lists";
import { flag, need, others, text, type Call, type Methods } from "../call";
import { checkDigest, checkLock } from "../cluster";
import { guestLockFile } from "../locks";
import { checkBridges, PendingChanges } from "../lxc/pending";
import { checkChange } from "../lxc/permissions";
import { container } from "./lxc-status";

function asJson(call: Call, values: Values): Record<string, string | number> {
    return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, call.lab.lxc.json(key, value)]));
}

/** LXC's own keys as pairs, in their order. */
const lxcKeys = (pairs: [string, string][] | undefined): { lxc?: [string, string][] } => (pairs ? { lxc: pairs } : {});

/** Pending values merged in, unless `current` or a snapshot is asked for. */
function read(call: Call): unknown {
    const guest = container(call);
    const { config } = guest;
    const name = text(call, "snapshot");
    if (name !== undefined) {
        const snapshot = config.snapshots[name];
        if (!snapshot) throw died(`snapshot '${name}' does not exist`);
        return { ...asJson(call, snapshot), ...lxcKeys(config.raw[name]), digest: digest(config) };
    }
    const values: Values = { ...config.values };
    if (!flag(call, "current")) {
        Object.assign(values, config.pending);
        for (const key of config.pendingDelete) delete values[key];
    }
    return { ...asJson(call, values), ...lxcKeys(config.raw[""]), digest: digest(config) };
}

function pending(call: Call): unknown {
    const { config } = container(call);
    const rows = Object.entries(config.values).map(([key, value]) => ({
        key,
        value: call.lab.lxc.json(key, value),
        ...(config.pending[key] === undefined ? {} : { pending: call.lab.lxc.json(key, config.pending[key]) }),
        ...(config.pendingDelete.includes(key) ? { delete: 1 } : {}),
    }));
    const fresh = Object.entries(config.pending).filter(([key]) => config.values[key] === undefined);
    return [
        ...rows,
        ...fresh.map(([key, value]) => ({ key, pending: call.lab.lxc.json(key, value) })),
        { key: "digest", value: digest(config) },
    ];
}

/** Applies what it can and answers 400 with the options that failed: the others are written all the same. */
async function update(call: Call): Promise<null> {
    const { lab, identity } = call;
    const node = need(call, "node");
    const vmid = Number(need(call, "vmid"));
    const set = others(call, "node", "vmid", "digest", "delete", "revert");
    const remove = splitList(text(call, "delete"));
    const revert = splitList(text(call, "revert"));
    if (Object.keys(set).length + remove.length + revert.length === 0) throw died("no options specified");
    for (const key of remove) {
        if (set[key] !== undefined) throw badParameters({ delete: `you can't use '-${key}' and -delete ${key}' at the same time` });
        if (!lab.lxc.exists(key)) throw badParameters({ delete: `unknown option '${key}'` });
    }
    for (const key of revert) if (!lab.lxc.exists(key)) throw badParameters({ revert: `unknown option '${key}'` });
    lab.cluster.guest("lxc", node, vmid);
    return lab.locks.run(guestLockFile("lxc", vmid), async () => {
        const guest = lab.cluster.guest("lxc", node, vmid);
        checkLock(guest);
        checkDigest(text(call, "digest"), guest);
        checkChange(lab, identity, {
            vmid,
            unprivileged: guest.config.values["unprivileged"] === "1",
            old: guest.config.values,
            set,
            remove,
        });
        const before = structuredClone(guest.config);
        const changes = new PendingChanges(lab, guest);
        try {
            await changes.stage(set, remove, revert);
        } catch (error) {
            guest.config = before;
            throw error;
        }
        if (await lab.machine.isRunning(node, vmid)) await changes.hotplug(new Set([...Object.keys(set), ...remove]));
        else await changes.applyAll();
        await checkBridges(lab, guest);
        if (Object.keys(changes.errors).length > 0) throw badParameters(changes.errors);
        return null;
    });
}

export const lxcConfigMethods: Methods = {
    "GET /nodes/{node}/lxc/{vmid}/config": read,
    "GET /nodes/{node}/lxc/{vmid}/pending": pending,
    "PUT /nodes/{node}/lxc/{vmid}/config": update,
};
