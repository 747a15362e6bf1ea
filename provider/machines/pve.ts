import type { Context } from "../base/handler";
import { pveClient, type Pve } from "../proxmox/client/client";

/** Proxmox VE for a resource's `connection` argument, within this call's deadline. */
export function pveOf(ctx: Context<unknown>, given: Parameters<Context<unknown>["connect"]>[0]): Pve {
    return pveClient(ctx.pve(given), ctx.log).within(ctx.deadline);
}
