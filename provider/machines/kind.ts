import type { ChangeContext, Context, Observed } from "../base/handler";
import type { GatherResult, Host } from "../hosts";
import type { GatewayInputs, GatewayRef } from "../model";
import type { Caller, Found, Opened } from "./machine";
import type { GatewayState, Outputs } from "./state";

/** One kind of machine: how a gateway's host is made and reached. */
export interface MachineKind {
    /** Whose Samba's configuration is: ours as a whole, or the host's own, which ours stands beside, also on a node of Proxmox VE. */
    readonly layout: "whole" | "beside" | "node";
    create(ctx: ChangeContext<Outputs>, inputs: GatewayInputs, tenant: Tenant): Promise<{ id: string; state: Outputs }>;
    /** Converges machine and gateway to the inputs; recreates a machine whose creation failed. */
    update(ctx: ChangeContext<Outputs>, id: string, state: GatewayState, inputs: GatewayInputs, tenant: Tenant): Promise<Outputs>;
    /** The current machine; undefined when it is gone or belongs to another owner. */
    read(ctx: Context<Outputs>, id: string, state: GatewayState, tenant: Pick<Tenant, "forget">): Promise<Observation | undefined>;
    /** Removes the machine with its data, if that is allowed. */
    remove(ctx: Context<Outputs>, id: string, state: GatewayState, tenant: Tenant): Promise<void>;
    /** Opens the machine of a gateway for the resources on it. */
    open(caller: Caller, ref: GatewayRef): Promise<Opened>;
    /** Name for messages about a machine that is gone: `CT 105`. */
    nameOf(id: string): string;
}

/** What a read found of a machine, without its contents. */
export interface Observation {
    inputs: Observed<GatewayInputs>;
    drift: string[];
    outputs: Outputs;
    running: boolean;
    /** The address in its configuration. */
    address: string | undefined;
    /** Drift that only the running machine shows: data that is not mounted, file systems that are smaller than their volumes. */
    inside(look: GatherResult): string[];
}

/** A machine that can run commands. */
export interface Ground {
    host: Host;
    hostname: string;
    /** The gateway's mark on the machine. */
    owner: { key: string; nonce: string };
    /** What the mark on the host must contain, if there is one. */
    claim: string;
    /** Setup has not finished before. */
    fresh: boolean;
}

/** The gateway, as called by its machine. */
export interface Tenant {
    /** Installs, configures and starts Samba. */
    serve(ground: Ground): Promise<{ sambaVersion: string; hostKeys: string[]; spaces: GatherResult["statvfs"] }>;
    /** Caches the ready machine for the resources on it. */
    keep(id: string, found: Found): void;
    /** Drops all caches, because the machine is about to change. */
    forget(id: string): void;
    /** Drift of Samba's configuration. */
    drift(id: string): Promise<string[]>;
    /** Describes the files on the machine; undefined means none. Unreadable counts as files. */
    files(id: string): Promise<string | undefined>;
}
