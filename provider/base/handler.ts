import type { Connection, PveConnection, SshConnection } from "./connection";
import type { Deadline } from "./deadline";
import type { Log } from "./log";

/** What a handler gets for one call. */
export interface Context<State> {
    readonly log: Log;
    readonly deadline: Deadline;
    /** Completes a resource's `connection` argument from environment and stack config; throws InvalidInput that names what is missing. */
    connect(given: Record<string, unknown> | undefined): Connection;
    /** The same for Proxmox VE only. `purpose` says what needs it, in a resource that can work without: "`volume` (a volume of its own)". */
    pve(given: Record<string, unknown> | undefined, purpose?: string): PveConnection;
    /** The same for SSH only: does not ask for anything about Proxmox VE. */
    ssh(given: Record<string, unknown> | undefined): SshConnection;
    /**
     * Records what exists so far. Call it after each side effect that must be remembered (a VMID above all): a later error becomes a
     * partial failure that carries the last checkpoint, and the next `up` finishes the work by update.
     */
    checkpoint(id: string, state: State): void;
}

/** The context of create and update. */
export interface ChangeContext<State> extends Context<State> {
    /** The resource's identity on hosts and in Proxmox VE. */
    readonly urn: string;
}

export interface Failure {
    /** Property path as the user writes it, or "" for the resource as a whole. */
    property: string;
    reason: string;
}

/**
 * The properties that a read looked at (others keep their value); `drift` for differences that no property shows; `urn` from the mark on the
 * host, for an adapter that Pulumi does not tell the URN.
 */
export type Observed<Inputs> = { [K in keyof Inputs]?: unknown } & { drift?: string[]; urn?: string };

/**
 * One kind of resource. Create and update converge by the same idempotent steps; delete tolerates absence. `Inputs` include all defaults;
 * handlers return only outputs, since the runtime keeps the inputs as the user wrote them.
 */
export interface ResourceHandler<Inputs, Outputs> {
    create(ctx: ChangeContext<Outputs>, inputs: Inputs): Promise<{ id: string; state: Outputs }>;
    /** The resource as it is; undefined when it is certainly gone. */
    read(ctx: Context<Outputs>, id: string, state: Inputs & Outputs): Promise<{ inputs: Observed<Inputs>; state: Outputs } | undefined>;
    update(ctx: ChangeContext<Outputs>, id: string, state: Inputs & Outputs, inputs: Inputs): Promise<Outputs>;
    delete(ctx: Context<Outputs>, id: string, state: Inputs & Outputs): Promise<void>;
}

/** A handler of any kind, as the runtime holds it. */
export type AnyHandler = ResourceHandler<Record<string, unknown>, Record<string, unknown>>;
