import type { Context, Observed } from "../base/handler";
import type { GatherResult, Host } from "../hosts";
import type { GatewayInputs, GatewayRef } from "../model";
import type { Caller, Found, Opened } from "./machine";
import type { GatewayState, Outputs } from "./state";

/** One kind of machine: where a gateway's host comes from and how it is reached. */
export interface MachineKind {
    create(ctx: Context<Outputs>, inputs: GatewayInputs, tenant: Tenant): Promise<{ id: string; state: Outputs }>;
    /** Brings machine and gateway to the inputs; makes one that never came to be. */
    update(ctx: Context<Outputs>, id: string, state: GatewayState, inputs: GatewayInputs, tenant: Tenant): Promise<Outputs>;
    /** The machine as it is; undefined when it is gone, or somebody else's. */
    read(ctx: Context<Outputs>, id: string, state: GatewayState, tenant: Pick<Tenant, "forget">): Promise<Observation | undefined>;
    /** Takes it away with what it holds, when that may go. */
    remove(ctx: Context<Outputs>, id: string, state: GatewayState, tenant: Tenant): Promise<void>;
    /** The machine of a gateway, for what is on it. */
    open(caller: Caller, ref: GatewayRef): Promise<Opened>;
    /** For messages about one that is gone: `CT 105`. */
    nameOf(id: string): string;
}

/** What a read found of a machine, without what is in it. */
export interface Observation {
    inputs: Observed<GatewayInputs>;
    drift: string[];
    outputs: Outputs;
    running: boolean;
    /** Where it must answer by its configuration. */
    address: string | undefined;
    /** What differs in the sizes of file systems. */
    lags(spaces: GatherResult["statvfs"]): string[];
}

/** A machine on which commands run. */
export interface Ground {
    host: Host;
    hostname: string;
    /** The mark that the gateway has on it. */
    owner: { key: string; nonce: string };
    /** What the host's own mark must contain if it has one. */
    claim: string;
    /** Never finished so far. */
    fresh: boolean;
}

/** The gateway, as a kind of machine calls it in the course of its own work. */
export interface Tenant {
    /** Installs, configures and starts Samba. */
    serve(ground: Ground): Promise<{ sambaVersion: string; hostKeys: string[]; spaces: GatherResult["statvfs"] }>;
    /** The machine is ready, and found so by what is on it. */
    keep(id: string, found: Found): void;
    /** The machine changes: what was known of it is forgotten. */
    forget(id: string): void;
    /** How Samba there differs from what is declared. */
    drift(id: string): Promise<string[]>;
    /** What files it holds, in words; undefined: none. What cannot be looked at counts as files. */
    files(id: string): Promise<string | undefined>;
}
