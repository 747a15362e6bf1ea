import type { Connection, SshPlace } from "../base/connection";
import { isKind } from "../base/errors";
import { listNodes, readClusterStatus } from "../proxmox/cluster";
import type { ClusterStatus } from "../proxmox/cluster";
import type { Pve } from "../proxmox/client/client";

/**
 * Where SSH reaches a node: from the connection, else the endpoint if it is this node, else its address in the cluster (readable only with
 * Sys.Audit on `/`), else its name.
 */
export async function nodePlace(pve: Pve, { ssh, endpoints }: Connection, node: string): Promise<SshPlace> {
    const given = ssh.nodes[node];
    if (given !== undefined) return given;
    const at = (address: string): SshPlace => ({ address, port: ssh.port, hostKeys: [] });
    const hosts = endpoints.map((endpoint) => new URL(endpoint).hostname.replace(/^\[|\]$/g, ""));
    const named = hosts.find((host) => host === node || host.startsWith(`${node}.`));
    if (named !== undefined) return at(named);

    const status = await clusterStatus(pve);
    const known = status?.nodes.find((each) => each.node === node);
    const [only, ...more] = hosts;
    if (only !== undefined && more.length === 0) {
        const itself = status === undefined ? (await listNodes(pve)).length === 1 : known?.local === true;
        if (itself) return at(only);
    }
    return at(known?.address ?? node);
}

async function clusterStatus(pve: Pve): Promise<ClusterStatus | undefined> {
    try {
        return await readClusterStatus(pve);
    } catch (error) {
        if (isKind(error, "Denied")) return undefined;
        throw error;
    }
}
