import { randomBytes } from "node:crypto";
import { PvesmbError } from "../base/errors";
import type { Context } from "../base/handler";
import { within, workshopOn } from "../hosts";
import type { Host, Workshop } from "../hosts";
import { machineKindOf } from "../machines";
import type { Caller, Found, Machine, Opened } from "../machines/machine";
import type { GatewayRef } from "../model";
import { gatewayBatch } from "../samba/batch";
import { LOOK } from "../samba/look";
import { perSession } from "../base/session";

export const workshop = (host: Host, nonce: string): Workshop =>
    workshopOn(host, { key: `gateway ${nonce}`, look: LOOK, build: gatewayBatch(nonce, randomBytes(12).toString("hex")) });

/** An opened gateway with its host session, shared by all resources on it. */
type Kept = Exclude<Opened, Found> | (Found & { workshop: Workshop });

/** A gateway as the resources on it see it. */
export interface Ready {
    state: "ready";
    machine: Machine;
    workshop: Workshop;
}
export type Gateway = Exclude<Opened, Found> | Ready;

/** Least time for opening a gateway, in milliseconds. */
const LOOKUP_MS = 120_000;

const open = perSession(() => new Map<string, Promise<Kept>>());

/** Opens a gateway once per process and operation. Code that changes the gateway must call forgetGateway. */
export async function openGateway(ctx: Context<unknown>, ref: GatewayRef): Promise<Gateway> {
    let kept = open().get(ref.id);
    if (kept === undefined) {
        // All callers share it, so it has its own deadline.
        const found = find({ ...ctx, deadline: ctx.deadline.detached(LOOKUP_MS) }, ref);
        kept = found;
        open().set(ref.id, found);
        // A newer entry stays.
        const drop = (): void => {
            if (open().get(ref.id) === found) open().delete(ref.id);
        };
        found.then((gateway) => gateway.state !== "ready" && setTimeout(drop, 5_000).unref(), drop);
    }
    const gateway = await within(ctx.deadline, `looking for the gateway ${machineKindOf(ref.id).nameOf(ref.id)}`, kept, {
        dispatched: false,
    });
    if (gateway.state !== "ready") return gateway;
    return { state: "ready", machine: gateway.as(ctx, ref.connection), workshop: gateway.workshop };
}

async function find(ctx: Caller, ref: GatewayRef): Promise<Kept> {
    const found = await machineKindOf(ref.id).open(ctx, ref);
    return found.state === "ready" ? { ...found, workshop: workshop(found.host, found.nonce) } : found;
}

export function forgetGateway(id: string): void {
    open().delete(id);
}

/** Stores a gateway that was just set up, so that the resources on it use the same session. */
export function keepGateway(id: string, found: Found, workshop: Workshop): void {
    open().set(id, Promise.resolve({ ...found, workshop }));
}

/** The ready gateway; throws an error with the way out otherwise. */
export async function readyGateway(ctx: Context<unknown>, ref: GatewayRef): Promise<Ready> {
    const gateway = await openGateway(ctx, ref);
    if (gateway.state === "ready") return gateway;
    if (gateway.state === "gone")
        throw new PvesmbError(
            "NotFound",
            `the gateway (${machineKindOf(ref.id).nameOf(ref.id)}) is gone; run \`pulumi refresh\`, then \`pulumi up\` makes it again`,
        );
    const remedy = gateway.remedy ?? "see that its node runs and that it can be reached from here, then run again";
    throw new PvesmbError("Unreachable", `${gateway.why}; ${remedy}`, { dispatched: false });
}

/** For deletes: the ready gateway, or undefined when it is gone with everything on it. */
export async function remainingGateway(ctx: Context<unknown>, ref: GatewayRef): Promise<Ready | undefined> {
    const gateway = await openGateway(ctx, ref);
    return gateway.state === "gone" ? undefined : readyGateway(ctx, ref);
}
