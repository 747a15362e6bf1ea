import type { Connection } from "../../base/connection";
import { workshopOn } from "../../hosts";
import type { Workshop } from "../../hosts";
import type { Pve } from "../../proxmox/client/client";
import { MOUNTS } from "../../quota/tree";
import { nodeHost } from "../gateway/reach";

const shops = new Map<string, Workshop>();

/** What works on a node, where all quotas of this process set their limits. */
export async function nodeShop(pve: Pve, connection: Connection, node: string): Promise<Workshop> {
    const host = await nodeHost(pve, connection, node);
    const known = shops.get(host.id);
    if (known !== undefined) return known;
    const shop = workshopOn(host, { look: { commands: [MOUNTS] }, build: (units) => ({ units, verify: [], commit: [] }) });
    shops.set(host.id, shop);
    return shop;
}
