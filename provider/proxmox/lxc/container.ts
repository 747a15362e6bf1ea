import { hide } from "../../base/scrub";
import type { Pve } from "../client/client";
import { type Params, route } from "../client/form";
import { lacking } from "../client/failures";
import { PveError } from "../client/known-errors";
import { type Task, task } from "../tasks";
import { flag, number, row, rows, text } from "../values/scalars";
import { configOf, type ContainerConfig } from "./config";

/** Where a container is. */
export interface Place {
    node: string;
    vmid: number;
}

/** Options as in PVE's config; values/property-string.ts builds property strings. */
export interface CreateOptions {
    /** Volume id of the template. */
    ostemplate: string;
    /** Always sent: the default differs between PVE 8 and 9. */
    unprivileged: boolean;
    /** Root's password, at least 5 characters. Used once and not readable afterwards. */
    password?: string;
    /** Public keys for root, one per line. */
    "ssh-public-keys"?: string;
    pool?: string;
    /**
     * Any other option, except `tags` (a token with rights from a pool gets 403 for them at create, pve-api.md 2.3; set them afterwards)
     * and `start` (the task succeeds even if the start fails).
     */
    config: Params;
}

/**
 * Starts the creation of a container. Conflict ("vmid taken") when the VMID is not free; other checks, such as for the template, happen in
 * the task, which removes its volumes when it fails. After Unreachable with `dispatched` not false, the container may exist.
 */
export async function createContainer(pve: Pve, { node, vmid }: Place, options: CreateOptions): Promise<Task> {
    const { config, ...fixed } = options;
    hide(options.password);
    try {
        return taskOf(pve, await pve.post(route`/nodes/${node}/lxc`, { vmid, ...config, ...fixed }));
    } catch (error) {
        // Only here does a 403 name no privilege when the right to create is missing altogether (recorded on 9.2).
        if (!(error instanceof PveError) || error.details.reason !== "Permission check failed") throw error;
        throw new PveError(
            "Denied",
            lacking(pve.identity, "VM.Allocate", options.pool === undefined ? `/vms/${vmid}` : `/pool/${options.pool}`),
            error.details,
        );
    }
}

/** NotFound when the container is not on this node; locate.ts finds it in the cluster. */
export async function readConfig(pve: Pve, { node, vmid }: Place, which: "pending" | "active" = "pending"): Promise<ContainerConfig> {
    return configOf(await pve.get(route`/nodes/${node}/lxc/${vmid}/config`, { current: which === "active" ? true : undefined }));
}

export interface PendingKey {
    key: string;
    value?: string;
    /** The value after the next restart. */
    pending?: string;
    /** Removed at the next restart. */
    deleted: boolean;
}

/** Only keys whose running value differs from the configured one. */
export async function readPending(pve: Pve, { node, vmid }: Place): Promise<PendingKey[]> {
    const all = rows(await pve.get(route`/nodes/${node}/lxc/${vmid}/pending`)).map((entry) => ({
        key: text(entry["key"]) ?? "",
        value: text(entry["value"]),
        pending: text(entry["pending"]),
        deleted: (number(entry["delete"]) ?? 0) > 0,
    }));
    return all.filter((entry) => entry.deleted || (entry.pending !== undefined && entry.pending !== entry.value));
}

export interface ContainerStatus {
    running: boolean;
    lock?: string;
    /** Managed by HA: start and stop are requests, which the HA manager carries out later. */
    ha: boolean;
    /** Seconds. */
    uptime: number;
}

export async function readStatus(pve: Pve, { node, vmid }: Place): Promise<ContainerStatus> {
    const status = row(await pve.get(route`/nodes/${node}/lxc/${vmid}/status/current`));
    return {
        running: status["status"] === "running",
        lock: text(status["lock"]),
        ha: flag(row(status["ha"])["managed"]),
        uptime: number(status["uptime"]) ?? 0,
    };
}

export interface Interface {
    name: string;
    hwaddr: string;
    /** CIDR notation. */
    addresses: string[];
}

/** As seen inside the container, including `lo`; empty when stopped, without addresses until DHCP has assigned them. */
export async function readInterfaces(pve: Pve, { node, vmid }: Place): Promise<Interface[]> {
    return rows(await pve.get(route`/nodes/${node}/lxc/${vmid}/interfaces`)).map((entry) => ({
        name: text(entry["name"]) ?? "",
        hwaddr: (text(entry["hwaddr"]) ?? "").toUpperCase(),
        addresses: [entry["inet"], entry["inet6"]].flatMap((address) => text(address) ?? []),
    }));
}

export interface MoveTarget {
    /** The target storage; the old volume stays as `unusedN` unless `deleteSource`. */
    storage?: string;
    deleteSource?: boolean;
    /** The target container, where the volume gets this key (`mp3`, `unused0`). */
    vmid?: number;
    key?: string;
}

export async function moveVolume(pve: Pve, { node, vmid }: Place, key: string, to: MoveTarget, digest?: string): Promise<Task> {
    const target = { storage: to.storage, delete: to.deleteSource, "target-vmid": to.vmid, "target-volume": to.key };
    return taskOf(pve, await pve.post(route`/nodes/${node}/lxc/${vmid}/move_volume`, { volume: key, ...target, digest }));
}

function taskOf(pve: Pve, data: unknown): Task {
    return task(pve, text(data) ?? "");
}
