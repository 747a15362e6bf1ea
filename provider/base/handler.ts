import type { Connection, PveConnection, SshConnection } from "./connection";
import type { Deadline } from "./deadline";
import type { Log } from "./log";

/** What a handler is given for one call. */
export interface Context<State> {
    readonly log: Log;
    readonly deadline: Deadline;
    /** Fills up a resource's `connection` argument from environment and stack config; throws InvalidInput naming what is missing. */
    connect(given: Record<string, unknown> | undefined): Connection;
    /** The same of Proxmox VE alone. `purpose` says what needs it, where a resource can do without: "`volume` (a volume of its own)". */
    pve(given: Record<string, unknown> | undefined, purpose?: string): PveConnection;
    /** The same of SSH alone: nothing of Proxmox VE is asked for. */
    ssh(given: Record<string, unknown> | undefined): SshConnection;
    /**
     * Remembers what exists so far. Called after each side effect that must not be forgotten (a VMID above all): any later error leaves
     * as a partial failure that carries the last checkpoint, and the next `up` calls update, which finishes the work.
     */
    checkpoint(id: string, state: State): void;
}

/** For calls that make or change the resource. */
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
 * What a read found: properties that it looked at (others stay as they are), `drift`, what no property shows, and the URN in the mark on
 * the host: where Pulumi does not tell it, the adapter has it from there.
 */
export type Observed<Inputs> = { [K in keyof Inputs]?: unknown } & { drift?: string[]; urn?: string };

/**
 * One kind of resource. Handlers converge: create and update run the same idempotent steps (read, compare, act); delete tolerates
 * absence. `Inputs` come with all defaults filled in; the state handed in is what was stored, those inputs and the outputs. Handlers give
 * back outputs only: the runtime keeps the user's spelling of the inputs beside them.
 */
export interface ResourceHandler<Inputs, Outputs> {
    create(ctx: ChangeContext<Outputs>, inputs: Inputs): Promise<{ id: string; state: Outputs }>;
    /** The resource as it really is, or undefined when it is surely gone. */
    read(ctx: Context<Outputs>, id: string, state: Inputs & Outputs): Promise<{ inputs: Observed<Inputs>; state: Outputs } | undefined>;
    update(ctx: ChangeContext<Outputs>, id: string, state: Inputs & Outputs, inputs: Inputs): Promise<Outputs>;
    delete(ctx: Context<Outputs>, id: string, state: Inputs & Outputs): Promise<void>;
}

/** A handler of whatever kind, as the runtime holds it. */
export type AnyHandler = ResourceHandler<Record<string, unknown>, Record<string, unknown>>;
