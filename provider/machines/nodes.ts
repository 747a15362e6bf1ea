import type { Connection } from "../base/connection";
import { hostSessionOn, MOUNTS } from "../hosts";
import type { Gather, HostSession } from "../hosts";
import type { Pve } from "../proxmox/client/client";
import { nodeHost } from "./reach";
import { perSession } from "../base/session";

/** Facts that every reader of a node needs. */
export const NODE_LOOK: Gather = { commands: [MOUNTS] };

const sessions = perSession(() => new Map<string, HostSession>());

/** Call after a gateway has changed directories that the node holds. */
export function forgetNodes(): void {
    for (const { snapshot } of sessions().values()) snapshot.forget();
}

/** The host session of a node, shared by all quotas of this process. */
export async function nodeSession(pve: Pve, connection: Connection, node: string): Promise<HostSession> {
    const host = await nodeHost(pve, connection, node);
    const known = sessions().get(host.id);
    if (known !== undefined) return known;
    const opened = hostSessionOn(host, { key: "node", look: NODE_LOOK });
    sessions().set(host.id, opened);
    return opened;
}
