import type { Connection } from "../base/connection";
import { workshopOn } from "../hosts";
import type { Gather, Workshop } from "../hosts";
import type { Pve } from "../proxmox/client/client";
import { MOUNTS } from "../quota/tree";
import { nodeHost } from "./reach";
import { perSession } from "../base/session";

/** Facts that every reader of a node needs. */
export const NODE_LOOK: Gather = { commands: [MOUNTS] };

const shops = perSession(() => new Map<string, Workshop>());

/** Call after a gateway has changed directories that the node holds. */
export function forgetNodes(): void {
    for (const { snapshot } of shops().values()) snapshot.forget();
}

/** The host session of a node, shared by all quotas of this process. */
export async function nodeShop(pve: Pve, connection: Connection, node: string): Promise<Workshop> {
    const host = await nodeHost(pve, connection, node);
    const known = shops().get(host.id);
    if (known !== undefined) return known;
    const shop = workshopOn(host, { key: "node", look: NODE_LOOK });
    shops().set(host.id, shop);
    return shop;
}
