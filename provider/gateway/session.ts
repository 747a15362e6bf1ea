import { randomBytes } from "node:crypto";
import { PvesmbError } from "../base/errors";
import type { Context } from "../base/handler";
import { joined, within, hostSessionOn } from "../hosts";
import type { Host, HostSession } from "../hosts";
import { machineKindOf } from "../machines";
import type { Caller, Found, Opened } from "../machines/machine";
import { onCluster } from "../model";
import type { GatewayRef, ServerRef } from "../model";
import { gatewayBatch } from "../samba/batch";
import { LOOK } from "../samba/look";
import { perSession } from "../base/session";
import { SharedLooks } from "../base/shared-looks";
import { LOOKUP_MS, openCluster } from "./cluster";
import { layouts } from "./layouts";
import type { Layout } from "./layouts";
import type { Gateway, Ready } from "./ready";

export type { Gateway, Ready } from "./ready";

export const hostSession = (host: Host, nonce: string, { store, look }: Pick<Layout, "store" | "look">): HostSession =>
    hostSessionOn(host, {
        key: `gateway ${nonce}`,
        look: joined([LOOK, look()]),
        build: gatewayBatch(nonce, randomBytes(12).toString("hex"), store),
    });

/** How Samba is set up on the gateway with that id. */
export const layoutOf = (id: string): Layout => layouts[machineKindOf(id).layout];

/** An opened gateway with its host session, shared by all resources on it. */
type Kept = Exclude<Opened, Found> | (Found & { hostSession: HostSession });

const open = perSession(() => new SharedLooks<Kept>(({ state }) => state === "ready"));

/** Opens a gateway, or a cluster as if it were one. Code that changes the gateway must call forgetGateway. */
export const openGateway = (ctx: Context<unknown>, ref: ServerRef): Promise<Gateway> =>
    onCluster(ref) ? openCluster(ctx, ref, openOne, async (member) => hostOf(await open().known(member.id))) : openOne(ctx, ref);

const hostOf = (kept: Kept | undefined): Host | undefined => (kept?.state === "ready" ? kept.host : undefined);

/** Opens a gateway once per process and operation. */
async function openOne(ctx: Context<unknown>, ref: GatewayRef): Promise<Gateway> {
    const found = open().get(ref.id, () => find({ ...ctx, deadline: ctx.deadline.detached(LOOKUP_MS) }, ref));
    const gateway = await within(ctx.deadline, `looking for the gateway ${machineKindOf(ref.id).nameOf(ref.id)}`, found, {
        dispatched: false,
    });
    if (gateway.state !== "ready") return gateway;
    return { state: "ready", machine: gateway.as(ctx, ref.connection), hostSession: gateway.hostSession, store: layoutOf(ref.id).store };
}

async function find(ctx: Caller, ref: GatewayRef): Promise<Kept> {
    const found = await machineKindOf(ref.id).open(ctx, ref);
    return found.state === "ready" ? { ...found, hostSession: hostSession(found.host, found.nonce, layoutOf(ref.id)) } : found;
}

export function forgetGateway(id: string): void {
    open().forget(id);
}

/** Stores a gateway that was just set up, so that the resources on it use the same session. */
export function keepGateway(id: string, found: Found, hostSession: HostSession): void {
    open().keep(id, { ...found, hostSession });
}

/** The ready gateway; throws an error with the way out otherwise. */
export async function readyGateway(ctx: Context<unknown>, ref: ServerRef): Promise<Ready> {
    const gateway = await openGateway(ctx, ref);
    if (gateway.state === "ready") return gateway;
    if (gateway.state === "gone")
        throw new PvesmbError(
            "NotFound",
            `${onCluster(ref) ? "the cluster" : `the gateway (${machineKindOf(ref.id).nameOf(ref.id)})`} no longer exists; run \`pulumi refresh\`, then \`pulumi up\` to create it again`,
        );
    const remedy = gateway.remedy ?? "check that its node is running and reachable from here, then run again";
    throw new PvesmbError("Unreachable", `${gateway.why}; ${remedy}`, { dispatched: false });
}

/** For deletes: the ready gateway, or undefined when it is gone with everything on it. */
export async function remainingGateway(ctx: Context<unknown>, ref: ServerRef): Promise<Ready | undefined> {
    const gateway = await openGateway(ctx, ref);
    return gateway.state === "gone" ? undefined : readyGateway(ctx, ref);
}
