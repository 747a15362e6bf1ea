import type { Connection } from "../../base/connection";
import { CommitQueue, executorFor, Snapshot } from "../../hosts";
import type { Executor } from "../../hosts";
import type { Pve } from "../../proxmox/client/client";
import { MOUNTS } from "../../quota/tree";
import { nodeHost } from "../gateway/reach";

/** What works on a node, shared by all quotas of this process: limits go there in batches, and looks are shared, as on a gateway. */
export interface NodeShop {
    name: string;
    executor: Executor;
    queue: CommitQueue;
    snapshot: Snapshot;
}

const shops = new Map<string, NodeShop>();

export async function nodeShop(pve: Pve, connection: Connection, node: string): Promise<NodeShop> {
    const host = await nodeHost(pve, connection, node);
    const known = shops.get(host.id);
    if (known !== undefined) return known;
    const executor = executorFor(host);
    const snapshot = new Snapshot({
        host: host.name,
        gather: (gather, deadline) => executor.gather(gather, deadline),
        base: { commands: [MOUNTS] },
    });
    const queue = new CommitQueue({
        host: host.name,
        run: (batch, deadline) => executor.batch(batch, deadline),
        build: (units) => ({ units, verify: [], commit: [] }),
        changing: () => snapshot.forget(),
    });
    const shop = { name: host.name, executor, queue, snapshot };
    shops.set(host.id, shop);
    return shop;
}
