import type { Connection } from "../base/connection";
import { pveClient, type Pve } from "../proxmox/client/client";
import type { Caller } from "./machine";

/** A resource's `connection` argument, and Proxmox VE through it within this call's deadline. */
export function clusterOf(ctx: Caller, given: Parameters<Caller["connect"]>[0]): { connection: Connection; pve: Pve } {
    const connection = ctx.connect(given);
    return { connection, pve: pveClient(connection, ctx.log).within(ctx.deadline) };
}
