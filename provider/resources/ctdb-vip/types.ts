import type { Ready } from "../../gateway/session";
import type { ClusterInputs, ClusterOutputs } from "../../model";
import { LEADER_TIMEOUT } from "../../model";
import { bareOf } from "../../model/network";
import type { Cluster } from "../../ctdb";

export type Outputs = Partial<ClusterOutputs>;
/** Stored state. */
export type ClusterState = ClusterInputs & Outputs;

/** A gateway of a cluster, with its number there. */
export type Member = Ready & { number: number };

export const clusterOf = (id: string, key: string, inputs: ClusterInputs): Cluster => ({
    nonce: nonceOf(id),
    key,
    nodes: inputs.privateNetwork.addresses.map(bareOf),
    addresses: inputs.addresses,
    lock: inputs.lock.file,
    sharedPath: inputs.sharedPath,
    netbiosName: inputs.netbiosName,
    tunables: inputs.tunables,
    leaderTimeout: LEADER_TIMEOUT,
});

export const nonceOf = (id: string): string => id.slice(id.indexOf(":") + 1);
