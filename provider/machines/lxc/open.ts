import type { Connection } from "../../base/connection";
import { isKind, messageOf, PvesmbError } from "../../base/errors";
import { pinsOf } from "../../base/pins";
import { knownKeys } from "../../hosts";
import type { Host } from "../../hosts";
import type { GatewayRef } from "../../model";
import { locateContainer } from "../../proxmox/locate";
import { readStatus } from "../../proxmox/lxc/container";
import type { Place } from "../../proxmox/lxc/container";
import { formatId, parseId } from "../id";
import type { Caller, Found, Opened } from "../machine";
import { readClaim, readMark } from "../mark";
import { markKeys } from "../mark-keys";
import { clusterOf } from "../pve";
import { guestHost, throughWrapper } from "../reach";
import { guestAddress, staticAddress } from "./address";
import { lxcMachine } from "./machine";
import type { Facts } from "./machine";
import { holdsKey } from "./proof";

/** A ready container, for the resources on it. */
export function foundContainer(facts: Facts, host: Host, nonce: string): Found {
    return {
        state: "ready",
        host,
        nonce,
        as(caller, given) {
            const { connection, pve } = clusterOf(caller, given);
            return lxcMachine(caller, pve, connection, facts);
        },
    };
}

/** Opens the container of a gateway by its id. */
export async function openContainer(ctx: Caller, ref: GatewayRef): Promise<Opened> {
    const id = parseId(ref.id);
    const { connection, pve } = clusterOf(ctx, ref.connection);
    let fixed: string | undefined;
    const away = (why: string, remedy?: string): Opened => ({ state: "away", why, remedy, address: fixed });
    try {
        const found = await locateContainer(pve, id.vmid, id.node);
        if (found.state === "gone") return { state: "gone" };
        if (found.state === "forbidden") throw found.error;
        if (found.state !== "found") return { state: "gone" };
        const { description } = found.config;
        const mark = readMark(description, id.vmid, markKeys(connection));
        // Another guest has reused the VMID: ours is gone.
        if (mark !== undefined && mark.nonce !== id.nonce) return { state: "gone" };
        const place = { node: found.node, vmid: id.vmid };
        fixed = staticAddress(found.config.all);
        if (!(await readStatus(pve, place)).running)
            return mark === undefined
                ? away(`${unsignedMark(place)}, and the container is stopped`, "if it is still the gateway, start it and run again")
                : away(
                      `gateway CT ${id.vmid} on ${found.node} is stopped`,
                      "`pulumi up --refresh` starts it again (if it is declared with `started: false`, change that first)",
                  );
        if (readClaim(description).claim === undefined && throughWrapper(connection))
            return away(
                `gateway CT ${id.vmid} on ${found.node} has lost the mark of pvesmb in its notes, and without it ${connection.ssh.pct} denies access; \`pulumi up --refresh\` restores it`,
            );
        // After a deployment elsewhere the mark is newer than the state.
        const hostKeys = mark !== undefined && mark.hostKeys.length > 0 ? mark.hostKeys : pinsOf(formatId(id));
        const address = await guestAddress(pve, connection, place, found.config.all);
        if (mark === undefined && hostKeys.length === 0 && !isKnown(connection, address)) return away(unsignedMark(place), RENEW);
        const host = await guestHost(pve, connection, { ...place, address, hostKeys, fresh: false });
        if (mark === undefined) {
            ctx.log.warnOnce(`unsigned ${formatId(id)}`, `${unsignedMark(place)}; ${RENEW}`);
            if (connection.ssh.via === "node" && hostKeys.length > 0 && !(await holdsKey(host, hostKeys, pve.deadline)))
                throw new PvesmbError(
                    "HostKeyMismatch",
                    `CT ${id.vmid} does not have the SSH host key of the gateway: another container has its VMID now`,
                    {
                        dispatched: false,
                    },
                );
        }
        return foundContainer({ place, address, config: found.config }, host, id.nonce);
    } catch (error) {
        if (!isKind(error, "Unreachable")) throw error;
        return away(`gateway CT ${id.vmid}: ${messageOf(error)}`);
    }
}

const unsignedMark = ({ node, vmid }: Place): string =>
    `the mark in the notes of gateway CT ${vmid} on ${node} is not authentic: it is from an earlier version of pvesmb, signed with another secret, changed, or missing`;
const RENEW = "`pulumi up --refresh` of the gateway's own stack renews it (docs/marks.md)";

/** Whether the container's identity is known without the mark: through the node PVE knows it, over SSH known_hosts must. */
const isKnown = ({ ssh }: Connection, address: string | undefined): boolean =>
    ssh.via === "node" || (address !== undefined && knownKeys(ssh.knownHosts, address, ssh.port).length > 0);
