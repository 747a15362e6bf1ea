import { randomBytes } from "node:crypto";
import type { Connection } from "../base/connection";
import { isKind, messageOf, PvesmbError } from "../base/errors";
import type { Context } from "../base/handler";
import { pinsOf } from "../base/pins";
import { knownKeys, workshopOn } from "../hosts";
import type { Host, Workshop } from "../hosts";
import type { GatewayRef } from "../model";
import { pveClient } from "../proxmox/client/client";
import { locateContainer } from "../proxmox/locate";
import { readStatus } from "../proxmox/lxc/container";
import type { ContainerConfig } from "../proxmox/lxc/config";
import type { Place } from "../proxmox/lxc/container";
import { gatewayBatch } from "../samba/batch";
import { LOOK } from "../samba/look";
import { guestAddress } from "../machines/lxc/address";
import { readClaim, readMark } from "../machines/mark";
import { markKeys } from "../machines/mark-keys";
import { holdsKey } from "../machines/lxc/proof";
import { formatId, parseId } from "../machines/id";
import type { GatewayId } from "../machines/id";
import { guestHost, throughWrapper } from "../machines/reach";

export const workshop = (host: Host, nonce: string): Workshop =>
    workshopOn(host, { look: LOOK, build: gatewayBatch(nonce, randomBytes(12).toString("hex")) });

/** A gateway as its children see it. */
export type Gateway =
    | { state: "gone" }
    /** Stopped or unreachable: `why` says so in one sentence. */
    | { state: "away"; why: string; remedy?: string; place?: Place }
    | { state: "ready"; place: Place; address: string | undefined; config: ContainerConfig; workshop: Workshop };

export type Ready = Extract<Gateway, { state: "ready" }>;

const open = new Map<string, Promise<Gateway>>();

/** Looks the gateway up once per process and operation; whoever changes it forgets it. */
export function openGateway(ctx: Context<unknown>, ref: GatewayRef): Promise<Gateway> {
    let gateway = open.get(ref.id);
    if (!gateway) {
        gateway = find(ctx.connect(ref.connection), parseId(ref.id), ctx);
        open.set(ref.id, gateway);
        gateway.then(
            (found) => found.state !== "ready" && setTimeout(() => open.delete(ref.id), 5_000).unref(),
            () => open.delete(ref.id),
        );
    }
    return gateway;
}

export function forgetGateway(id: string): void {
    open.delete(id);
}

/** For handlers of a gateway itself: the session it has just made is what its children will use. */
export function keepGateway(id: string, gateway: Gateway): void {
    open.set(id, Promise.resolve(gateway));
}

async function find(connection: Connection, id: GatewayId, ctx: Context<unknown>): Promise<Gateway> {
    const pve = pveClient(connection, ctx.log).within(ctx.deadline);
    try {
        const found = await locateContainer(pve, id.vmid, id.node);
        if (found.state === "gone") return { state: "gone" };
        if (found.state === "forbidden") throw found.error;
        if (found.state !== "found") return { state: "gone" };
        const { description } = found.config;
        const mark = readMark(description, id.vmid, markKeys(connection));
        // A free VMID that somebody else uses now: ours is gone.
        if (mark !== undefined && mark.nonce !== id.nonce) return { state: "gone" };
        const place = { node: found.node, vmid: id.vmid };
        if (!(await readStatus(pve, place)).running)
            return mark === undefined
                ? {
                      state: "away",
                      why: `${unsignedMark(place)}, and the container is stopped`,
                      remedy: "if it is still the gateway, start it and run again",
                      place,
                  }
                : {
                      state: "away",
                      why: `gateway CT ${id.vmid} on ${found.node} is stopped`,
                      remedy: "`pulumi up --refresh` starts it again (if it is declared with `started: false`, change that first)",
                      place,
                  };
        if (readClaim(description).claim === undefined && throughWrapper(connection))
            return {
                state: "away",
                why: `gateway CT ${id.vmid} on ${found.node} has lost the mark of pvesmb in its notes, and without it ${connection.ssh.pct} denies access; \`pulumi up --refresh\` restores it`,
                place,
            };
        // The mark is newer than the state where somebody else has deployed meanwhile.
        const hostKeys = mark !== undefined && mark.hostKeys.length > 0 ? mark.hostKeys : pinsOf(formatId(id));
        const address = await guestAddress(pve, place, found.config.all);
        if (mark === undefined && hostKeys.length === 0 && !isKnown(connection, address))
            return { state: "away", why: unsignedMark(place), remedy: RENEW, place };
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
        return { state: "ready", place, address, config: found.config, workshop: workshop(host, id.nonce) };
    } catch (error) {
        if (!isKind(error, "Unreachable")) throw error;
        return { state: "away", why: `gateway CT ${id.vmid}: ${messageOf(error)}` };
    }
}

const unsignedMark = ({ node, vmid }: Place): string =>
    `the mark in the notes of gateway CT ${vmid} on ${node} is not authentic: it is from an earlier version of pvesmb, signed with another secret, changed, or missing`;
const RENEW = "`pulumi up --refresh` of the gateway's own stack renews it (docs/marks.md)";

/** Whether it is known without the mark whom we talk to: on the way through the node PVE knows its containers, by SSH known_hosts must. */
const isKnown = ({ ssh }: Connection, address: string | undefined): boolean =>
    ssh.via === "node" || (address !== undefined && knownKeys(ssh.knownHosts, address, ssh.port).length > 0);

/** The gateway, ready for work; an error that says what to do otherwise. */
export async function readyGateway(ctx: Context<unknown>, ref: GatewayRef): Promise<Ready> {
    const gateway = await openGateway(ctx, ref);
    if (gateway.state === "ready") return gateway;
    if (gateway.state === "gone")
        throw new PvesmbError(
            "NotFound",
            `the gateway (VMID ${parseId(ref.id).vmid}) no longer exists; run \`pulumi refresh\`, then \`pulumi up\` to create it again`,
        );
    const remedy = gateway.remedy ?? "check that its node is running and reachable from here, then run again";
    throw new PvesmbError("Unreachable", `${gateway.why}; ${remedy}`, { dispatched: false });
}

/** For deletes: the gateway, ready for work; undefined when it is gone, and all that was on it. */
export async function remainingGateway(ctx: Context<unknown>, ref: GatewayRef): Promise<Ready | undefined> {
    const gateway = await openGateway(ctx, ref);
    return gateway.state === "gone" ? undefined : readyGateway(ctx, ref);
}
