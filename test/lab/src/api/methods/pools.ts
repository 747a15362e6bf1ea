/** Pools (pve-manager PVE/API2/Pool.pm). */
import { died } from "../../pve/errors";
import { splitList } from "../../pve/lists";
import type { Pool } from "../access-control";
import { flag, need, text, type Call, type Methods } from "../call";

function pool(call: Call, what?: string): Pool {
    const poolid = need(call, "poolid");
    const found = call.lab.access.pools.get(poolid);
    if (!found) throw died(what === undefined ? `pool '${poolid}' does not exist` : `${what} pool failed: pool '${poolid}' does not exist`);
    return found;
}

function members(call: Call, entry: Pool): unknown[] {
    const { cluster } = call.lab;
    const guests = [...entry.vms].flatMap((vmid) => cluster.guests.get(vmid) ?? []);
    const nodes = call.lab.machine.nodes();
    return [
        ...guests.map((guest) => ({
            id: `${guest.kind}/${guest.vmid}`,
            vmid: guest.vmid,
            node: guest.node,
            type: guest.kind,
            status: "unknown",
        })),
        ...[...entry.storage].flatMap((storage) =>
            nodes.map((node) => ({
                id: `storage/${node.name}/${storage}`,
                storage,
                node: node.name,
                type: "storage",
                status: "available",
            })),
        ),
    ];
}

function details(call: Call): unknown {
    const entry = pool(call);
    return {
        poolid: need(call, "poolid"),
        ...(entry.comment === undefined ? {} : { comment: entry.comment }),
        members: members(call, entry),
    };
}

function list(call: Call): unknown[] {
    const { access } = call.lab;
    const wanted = text(call, "poolid");
    if (wanted !== undefined) {
        access.check(call.identity, `/pool/${wanted}`, "Pool.Audit");
        return [details(call)];
    }
    return [...access.pools]
        .filter(([poolid]) => access.hasAny(call.identity, `/pool/${poolid}`, "Pool.Audit"))
        .map(([poolid, entry]) => ({ poolid, ...(entry.comment === undefined ? {} : { comment: entry.comment }) }));
}

function create(call: Call): null {
    const { access } = call.lab;
    const poolid = need(call, "poolid");
    if (access.pools.has(poolid)) throw died(`create pool failed: pool '${poolid}' already exists`);
    const parent = poolid.includes("/") ? poolid.slice(0, poolid.lastIndexOf("/")) : undefined;
    if (parent !== undefined && !access.pools.has(parent))
        throw died(`create pool failed: parent '${parent}' of pool '${poolid}' does not exist`);
    access.pools.set(poolid, { comment: text(call, "comment"), vms: new Set(), storage: new Set() });
    return null;
}

function update(call: Call): null {
    const { identity } = call;
    const { access } = call.lab;
    const entry = pool(call, "update");
    entry.comment = text(call, "comment") ?? entry.comment;
    for (const word of splitList(text(call, "vms"))) {
        const vmid = Number(word);
        access.check(identity, `/vms/${vmid}`, "VM.Allocate");
        if (flag(call, "delete")) {
            if (!entry.vms.delete(vmid)) throw died(`update pool failed: VM ${vmid} is not a pool member`);
            continue;
        }
        const now = access.poolOf({ vmid });
        if (now === need(call, "poolid")) throw died(`update pool failed: VM ${vmid} is already a pool member`);
        if (now !== undefined && !flag(call, "allow-move"))
            throw died(`update pool failed: VM ${vmid} belongs already to pool '${now}' and 'allow-move' is not set`);
        if (now !== undefined) access.pools.get(now)?.vms.delete(vmid);
        entry.vms.add(vmid);
    }
    for (const storage of splitList(text(call, "storage"))) {
        access.check(identity, `/storage/${storage}`, "Datastore.Allocate");
        if (!flag(call, "delete")) entry.storage.add(storage);
        else if (!entry.storage.delete(storage)) throw died(`update pool failed: Storage '${storage}' is not a pool member`);
    }
    return null;
}

function remove(call: Call): null {
    const { access } = call.lab;
    const poolid = need(call, "poolid");
    const entry = pool(call, "delete");
    const child = [...access.pools.keys()].find((other) => other.startsWith(`${poolid}/`));
    if (child !== undefined) throw died(`delete pool failed: pool '${poolid}' is not empty (contains pool '${child}')`);
    const [vmid] = entry.vms;
    if (vmid !== undefined) throw died(`delete pool failed: pool '${poolid}' is not empty (contains VM ${vmid})`);
    const [storage] = entry.storage;
    if (storage !== undefined) throw died(`delete pool failed: pool '${poolid}' is not empty (contains storage '${storage}')`);
    access.pools.delete(poolid);
    access.acl = access.acl.filter((acl) => acl.path !== `/pool/${poolid}`);
    return null;
}

export const poolMethods: Methods = {
    "GET /pools": list,
    "POST /pools": create,
    "PUT /pools": update,
    "DELETE /pools": remove,
    "GET /pools/{poolid}": details,
    "PUT /pools/{poolid}": update,
    "DELETE /pools/{poolid}": remove,
};
