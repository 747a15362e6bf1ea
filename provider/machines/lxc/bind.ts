import type { Connection } from "../../base/connection";
import type { Deadline } from "../../base/deadline";
import { isKind, messageOf, PvesmbError } from "../../base/errors";
import type { Log } from "../../base/log";
import type { Step, HostSession } from "../../hosts";
import type { ContainerInputs } from "../../model";
import { DATA_ROOT } from "../../model/paths";
import type { Pve } from "../../proxmox/client/client";
import { FIRST_ID } from "../../proxmox/lxc/config";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import { readConfig } from "../../proxmox/lxc/container";
import type { Place } from "../../proxmox/lxc/container";
import { editConfig } from "../../proxmox/lxc/edit";
import { mountPoint } from "../../proxmox/values/property-string";
import { nodeSession } from "../nodes";
import { DATA_MOUNT } from "./config";
import { nodeHost } from "../reach";

/** The API allows bind mounts only for root@pam by ticket, never for a token (pve-api.md 0.1). */
const byApi = ({ auth }: Connection): boolean => auth.kind === "ticket" && auth.username === "root@pam";

/**
 * Checks, before the guest is made, that the directory exists and belongs to the container's root; an empty one gets that owner. Without
 * SSH to the node it goes on unchecked, for a root@pam ticket only.
 */
export async function prepareBind(pve: Pve, connection: Connection, inputs: ContainerInputs, log: Log): Promise<void> {
    const path = inputs.data?.bind;
    if (path === undefined) return;
    try {
        await giveTo(
            await nodeSession(pve, connection, inputs.node),
            inputs.node,
            path,
            inputs.lxc.unprivileged ? FIRST_ID : 0,
            pve.deadline,
        );
    } catch (error) {
        if (!isKind(error, "Unreachable", "Denied", "HostKeyMismatch", "Timeout")) throw error;
        if (!byApi(connection) || error.kind === "HostKeyMismatch")
            throw new PvesmbError(
                error.kind,
                `data.bind: a directory on the node is attached with \`pct set\` over SSH, since Proxmox VE does not allow it to API tokens: ${error.message}. Make connection.ssh work for the node, or log in to the API as root@pam with a password`,
                { property: "data.bind", dispatched: false },
            );
        log.warn(`data.bind: ${path} on ${inputs.node} could not be checked beforehand: ${messageOf(error)}`);
    }
}

/** Works on opened directories: a parent may belong to another gateway, whose root could place symlinks there. */
async function giveTo({ executor, queue }: HostSession, node: string, path: string, owner: number, deadline: Deadline): Promise<void> {
    const refuse = (why: string): PvesmbError =>
        new PvesmbError("InvalidInput", `data.bind: ${path} on ${node} ${why}`, { property: "data.bind" });
    const content = ["find", ".", "-mindepth", "1", "-maxdepth", "1", "-not", "-name", "lost+found", "-print", "-quit"];
    const look = await executor.gather({ stat: [path], commands: [{ name: "content", in: path, argv: content }] }, deadline);
    const { code, stdout, stderr } = look.commands["content"] ?? { code: -1, stdout: "", stderr: "no answer" };
    const facts = look.stat[path];
    if (facts === undefined)
        throw refuse(
            /symlink/.test(stderr)
                ? `is not a directory or is reached through a link (${stderr})`
                : "does not exist; create the directory or dataset first",
        );
    if (facts.type !== "directory") throw refuse(`is a ${facts.type}, not a directory`);
    if (facts.uid === owner) return;
    if (code !== 0 || stdout.trim() !== "")
        throw refuse(
            `belongs to uid ${facts.uid} and is not empty; the container's root is uid ${owner} there: run \`chown -R ${owner}:${owner} ${path}\` to give the files to the gateway, or use another directory`,
        );
    const give: Step = { do: "directory", path, owner: String(owner), group: String(owner), mustExist: "it is gone" };
    try {
        await queue.submit({ key: `bind:${path}`, steps: [give] }, deadline);
    } catch (error) {
        if (!isKind(error, "RemoteFailed")) throw error;
        throw refuse(`could not be given to the container's root (uid ${owner}): ${messageOf(error)}`);
    }
}

/** Binds the directory as the gateway's data unless it is mounted already. Returns the resulting configuration. */
export function ensureBind(pve: Pve, connection: Connection, place: Place, path: string): Promise<ContainerConfig> {
    return bindDirectory(pve, connection, place, DATA_MOUNT, path, DATA_ROOT);
}

/**
 * Binds a directory of the node at a mount point of a guest, also while it runs. Leaves an existing mount as it is, and tries again when
 * an earlier attempt left the mount point pending: Proxmox VE keeps the value when it could not mount it (pve-container LXC/Config.pm,
 * vmconfig_hotplug_pending).
 */
export async function bindDirectory(
    pve: Pve,
    connection: Connection,
    place: Place,
    key: string,
    path: string,
    at: string,
): Promise<ContainerConfig> {
    const value = mountPoint.format({ volume: path, mp: at });
    const isThere = (config: ContainerConfig): boolean => {
        const current = config.all[key];
        if (current === undefined) return false;
        const { volume, mp } = mountPoint.parse(current);
        if (volume === path && mp === at) return true;
        throw new PvesmbError("Conflict", `CT ${place.vmid} has ${current} at ${key}, not ${value}; remove it there, or declare it`);
    };
    /** In use; a taken mount point changes at the next restart only. */
    const isDone = async (config: ContainerConfig): Promise<boolean> =>
        isThere(config) && (await readConfig(pve, place, "active")).all[key] !== undefined;
    if (byApi(connection))
        return editConfig(pve, place, async (config) => ((await isDone(config)) ? undefined : { set: { [key]: value } }));
    return pve.exclusively(`guest ${place.vmid}`, async () => {
        const before = await readConfig(pve, place);
        if (await isDone(before)) return before;
        const host = await nodeHost(pve, connection, place.node);
        const { code, stderr } = await host.exec(["pct", "set", String(place.vmid), `--${key}`, value], { deadline: pve.deadline });
        const after = await readConfig(pve, place);
        if (code !== 0 && !(await isDone(after)))
            throw new PvesmbError(
                "RemoteFailed",
                `${host.name}: pct set ${place.vmid} --${key} ${value} ended with ${code}: ${stderr.trim()}`,
            );
        return after;
    });
}
