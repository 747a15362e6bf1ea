import { PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import { follow } from "../../proxmox/follow";
import { locateContainer } from "../../proxmox/locate";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import { readStatus } from "../../proxmox/lxc/container";
import { deleteContainer } from "../../proxmox/lxc/delete";
import { stopContainer } from "../../proxmox/lxc/power";
import { checkRights } from "../../rights/check";
import { clusterOf } from "../pve";
import type { ContainerState, Outputs } from "../state";
import { isBind } from "./config";
import { refuseGuarded } from "./deletion-guards";
import { readClaim, readMark } from "../mark";
import { markKeys } from "../mark-keys";
import { provedMark } from "./ownership";
import { removalUses } from "./rights";
import type { Tenant } from "../kind";
import { parseId } from "../id";
import { notRemovable } from "../unreachable";

/** Stops and destroys the guest with all its volumes, if its data may go. Does nothing when it is gone or belongs to another owner. */
export async function removeContainerGateway(ctx: Context<Outputs>, own: string, state: ContainerState, tenant: Tenant): Promise<void> {
    const id = parseId(own);
    const { connection, pve } = clusterOf(ctx, state.connection);
    const found = await locateContainer(pve, id.vmid, state.currentNode ?? id.node).catch(
        notRemovable(`CT ${id.vmid}`, { silent: "node", start: "the node" }),
    );
    if (found.state === "forbidden") throw found.error;
    if (found.state !== "found") return;
    const place = { node: found.node, vmid: id.vmid };
    const keys = markKeys(connection);
    const { description } = found.config;
    const signed = readMark(description, id.vmid, keys);
    if (signed !== undefined && signed.nonce !== id.nonce) return;
    if (readClaim(description).claim === undefined)
        throw new PvesmbError(
            "Conflict",
            `CT ${id.vmid} on ${found.node} no longer has the mark of pvesmb in its notes, so it may belong to someone else and is not changed. If it is the gateway, run \`pulumi up --refresh\` first (it restores the mark), or remove the container in Proxmox VE and run \`pulumi refresh\``,
        );
    const mark = signed ?? (await provedMark(pve, connection, { node: found.node, id, config: found.config }, state));
    const status = await readStatus(pve, place);
    await refuseGuarded(pve, id.vmid, found.config, status, state.purge);
    const { running } = status;
    if (state.dataOnDelete !== "destroy") {
        const onNode = isBind(found.config.mp[0] ?? "");
        const finished = state.ready === true;
        // A volume that an interrupted create made is empty; a given volume holds its owner's data.
        const empty = !finished && mark.phase === "creating" && state.data?.volume === undefined;
        const data = volumesOf(found.config, empty) ?? (onNode || !finished ? undefined : await filesIn(own, tenant, running));
        if (data !== undefined)
            throw new PvesmbError(
                "Conflict",
                `dataOnDelete: the gateway CT ${id.vmid} holds data (${data}), which would be destroyed too. To allow that, set \`dataOnDelete: "destroy"\` and run \`pulumi up\`, then delete it again; to keep the data, move its volume to another container (\`pct move-volume\`) and attach it to a new gateway with \`data: { volume: ... }\``,
                { property: "dataOnDelete" },
            );
    }
    await checkRights(pve, removalUses(state, id.vmid));
    tenant.forget(own);
    if (running) await follow(pve, place, (at) => stopContainer(pve, at));
    await deleteContainer(pve, { purge: state.purge }, async () => {
        const now = await locateContainer(pve, id.vmid, place.node);
        if (now.state !== "found") return undefined;
        // An unsigned guest was proved by its host key: its notes must not have changed since.
        const again = readMark(now.config.description, id.vmid, keys);
        const ours = signed === undefined ? now.config.description === description : again?.nonce === id.nonce;
        return ours ? { node: now.node, vmid: id.vmid } : undefined;
    });
}

/**
 * Volumes other than the root file system, including unused ones; without a new, empty data volume and without bind mounts, which survive
 * the guest.
 */
function volumesOf(config: ContainerConfig, empty: boolean): string | undefined {
    const { 0: data, ...others } = config.mp;
    const volumes = [...(data === undefined || empty ? [] : [data]), ...Object.values(others), ...Object.values(config.unused)]
        .filter((value) => !isBind(value))
        .map((value) => value.split(",")[0] ?? value);
    return volumes.length === 0 ? undefined : volumes.join(", ");
}

/** Files on the root file system; what cannot be read counts as data. */
const filesIn = (id: string, tenant: Tenant, running: boolean): Promise<string | undefined> =>
    running ? tenant.files(id) : Promise.resolve("it is stopped, so its root file system cannot be read");
