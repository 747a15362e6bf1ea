import type { Context } from "../base/handler";
import { pveClient, type Pve } from "../proxmox/client/client";

/** Proxmox VE as a resource's `connection` argument names it, for as long as this call may take. */
export function pveOf(ctx: Context<unknown>, given: Parameters<Context<unknown>["connect"]>[0]): Pve {
    return pveClient(ctx.connect(given), ctx.log).within(ctx.deadline);
}
