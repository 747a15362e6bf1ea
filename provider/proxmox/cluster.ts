import { isKind } from "../base/errors";
import type { Pve } from "./client/client";
import { route } from "./client/form";
import { flag, number, rows, text } from "./values/scalars";

export type GuestType = "lxc" | "qemu";

export interface GuestResource {
    vmid: number;
    node: string;
    type: GuestType;
    /** `unknown` until the node has reported. */
    status: string;
    name?: string;
    template: boolean;
}

export interface NodeStatus {
    node: string;
    online: boolean;
}

/**
 * Whether a VMID is free in the whole cluster, for both guest types. Exact, current and without privileges, but it reserves nothing:
 * concurrent callers get the same answer.
 */
export async function isFreeVmid(pve: Pve, vmid: number): Promise<boolean> {
    try {
        await pve.get("/cluster/nextid", { vmid });
        return true;
    } catch (error) {
        if (isKind(error, "InvalidInput") && /already exists/.test(error.details.errors?.["vmid"] ?? "")) return false;
        throw error;
    }
}

/** Every guest that the caller may see. Lags by about 10 s: good for finding, not for confirming. */
export async function listGuests(pve: Pve): Promise<GuestResource[]> {
    return rows(await pve.get("/cluster/resources", { type: "vm" })).map((guest) => ({
        vmid: number(guest["vmid"]) ?? 0,
        node: text(guest["node"]) ?? "",
        type: guest["type"] === "qemu" ? "qemu" : "lxc",
        status: text(guest["status"]) ?? "unknown",
        name: text(guest["name"]),
        template: flag(guest["template"]),
    }));
}

/** VMIDs of guests with a replication job, as far as the caller may see them. */
export async function listReplicated(pve: Pve): Promise<number[]> {
    return rows(await pve.get("/cluster/replication")).map((job) => number(job["guest"]) ?? 0);
}

export async function listNodes(pve: Pve): Promise<NodeStatus[]> {
    return rows(await pve.get("/nodes")).map((node) => ({
        node: text(node["node"]) ?? "",
        // A caller without Sys.Audit sees `unknown`; so does everybody before a node's first report.
        online: node["status"] !== "offline",
    }));
}

/** Bridges and virtual networks of a node that the caller may use or audit. */
export async function listBridges(pve: Pve, node: string): Promise<string[]> {
    return rows(await pve.get(route`/nodes/${node}/network`, { type: "any_bridge" })).map((each) => text(each["iface"]) ?? "");
}

/** Pools that the caller may see. */
export async function listPools(pve: Pve): Promise<string[]> {
    return rows(await pve.get("/pools")).map((pool) => text(pool["poolid"]) ?? "");
}

export interface ClusterStatus {
    /** Absent on a node outside a cluster. */
    name?: string;
    nodes: { node: string; online: boolean; address?: string; local: boolean }[];
}

/** Needs Sys.Audit on `/`. */
export async function readClusterStatus(pve: Pve): Promise<ClusterStatus> {
    const all = rows(await pve.get("/cluster/status"));
    const cluster = all.find((entry) => entry["type"] === "cluster");
    const nodes = all.filter((entry) => entry["type"] === "node");
    return {
        name: text(cluster?.["name"]),
        nodes: nodes.map((node) => ({
            node: text(node["name"]) ?? "",
            online: flag(node["online"]),
            address: text(node["ip"]),
            local: flag(node["local"]),
        })),
    };
}
