import type { Connection } from "../../base/connection";
import type { Deadline } from "../../base/deadline";
import { isKind, messageOf, PvesmbError } from "../../base/errors";
import type { Log } from "../../base/log";
import type { Step, Workshop } from "../../hosts";
import type { GatewayInputs } from "../../model";
import { DATA_ROOT } from "../../model/paths";
import type { Pve } from "../../proxmox/client/client";
import { FIRST_ID } from "../../proxmox/lxc/config";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import { readConfig } from "../../proxmox/lxc/container";
import type { Place } from "../../proxmox/lxc/container";
import { editConfig } from "../../proxmox/lxc/edit";
import { mountPoint } from "../../proxmox/values/property-string";
import { nodeShop } from "../nodes";
import { DATA_MOUNT } from "./config";
import { nodeHost } from "../reach";

/** The API allows bind mounts only for root@pam by ticket, never for a token (pve-api.md 0.1). */
const byApi = ({ auth }: Connection): boolean => auth.kind === "ticket" && auth.username === "root@pam";

/**
 * Checks, before the guest is made, that the directory exists and belongs to the container's root; an empty one gets that owner. Without
 * SSH to the node it goes on unchecked, for a root@pam ticket only.
 */
export async function prepareBind(pve: Pve, connection: Connection, inputs: GatewayInputs, log: Log): Promise<void> {
    const path = inputs.data?.bind;
    if (path === undefined) return;
    try {
        await giveTo(await nodeShop(pve, connection, inputs.node), inputs.node, path, inputs.lxc.unprivileged ? FIRST_ID : 0, pve.deadline);
    } catch (error) {
        if (!isKind(error, "Unreachable", "Denied", "HostKeyMismatch", "Timeout")) throw error;
        if (!byApi(connection) || error.kind === "HostKeyMismatch")
            throw new PvesmbError(
                error.kind,
                `data.bind: a directory of the node is bound by \`pct set\` over the node's SSH, since Proxmox VE takes it from no API token: ${error.message}. Give connection.ssh what it needs there, or log in to the API as root@pam with a password`,
                { property: "data.bind", dispatched: false },
            );
        log.warn(`data.bind: ${path} on ${inputs.node} could not be looked at beforehand: ${messageOf(error)}`);
    }
}

/** Works on opened directories: a parent may belong to another gateway, whose root could place symlinks there. */
async function giveTo({ executor, queue }: Workshop, node: string, path: string, owner: number, deadline: Deadline): Promise<void> {
    const refuse = (why: string): PvesmbError =>
        new PvesmbError("InvalidInput", `data.bind: ${path} on ${node} ${why}`, { property: "data.bind" });
    const content = ["find", ".", "-mindepth", "1", "-maxdepth", "1", "-not", "-name", "lost+found", "-print", "-quit"];
    const look = await executor.gather({ stat: [path], commands: [{ name: "content", in: path, argv: content }] }, deadline);
    const { code, stdout, stderr } = look.commands["content"] ?? { code: -1, stdout: "", stderr: "no answer" };
    const facts = look.stat[path];
    if (facts === undefined)
        throw refuse(
            /symlink/.test(stderr) ? `is behind a link or a file (${stderr})` : "does not exist; make the directory or dataset first",
        );
    if (facts.type !== "directory") throw refuse(`is a ${facts.type}, not a directory`);
    if (facts.uid === owner) return;
    if (code !== 0 || stdout.trim() !== "")
        throw refuse(
            `belongs to uid ${facts.uid} and is not empty; the container's root is uid ${owner} there: run \`chown -R ${owner}:${owner} ${path}\` if the files are to be the gateway's, or use another directory`,
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

/** Binds a directory of the node at a mount point of a guest, also while it runs. Leaves an existing mount as it is. */
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
        throw new PvesmbError(
            "Conflict",
            `CT ${place.vmid} has something else at ${key} (${current}) than ${value}; take it off there, or declare it`,
        );
    };
    if (byApi(connection)) return editConfig(pve, place, (config) => (isThere(config) ? undefined : { set: { [key]: value } }));
    return pve.alone(`guest ${place.vmid}`, async () => {
        if (isThere(await readConfig(pve, place))) return readConfig(pve, place);
        const host = await nodeHost(pve, connection, place.node);
        const { code, stderr } = await host.exec(["pct", "set", String(place.vmid), `--${key}`, value], { deadline: pve.deadline });
        const after = await readConfig(pve, place);
        if (code !== 0 && !isThere(after))
            throw new PvesmbError(
                "RemoteFailed",
                `${host.name}: pct set ${place.vmid} --${key} ${value} ended with ${code}: ${stderr.trim()}`,
            );
        return after;
    });
}
