import type { Ready } from "../../gateway/session";
import type { ClusterInputs, ClusterOutputs } from "../../model";
import { clusterNonce, LEADER_TIMEOUT } from "../../model";
import { bareOf } from "../../model/network";
import type { Cluster } from "../../ctdb";
import { SAMBA } from "../../samba/paths";
import { files } from "../../samba/store/files";
import { WITHOUT_LOGIN } from "../../samba/user-unit";

export type Outputs = Partial<ClusterOutputs>;
/** Stored state. */
export type ClusterState = ClusterInputs & Outputs;

/** A gateway of a cluster, with its number there. */
export type Member = Ready & { number: number };

const SERVED: Cluster["served"] = {
    objects: SAMBA.cluster,
    account: WITHOUT_LOGIN,
    assemble: files.activate(false).flatMap((step) => (step.do === "assemble" ? [step] : [])),
};

export const clusterOf = (id: string, key: string, inputs: ClusterInputs): Cluster => ({
    nonce: clusterNonce(id),
    key,
    nodes: inputs.privateNetwork.addresses.map(bareOf),
    slots: inputs.privateNetwork.addresses.length,
    addresses: inputs.addresses,
    lock: inputs.lock.file,
    sharedPath: inputs.sharedPath,
    netbiosName: inputs.netbiosName,
    tunables: inputs.tunables,
    leaderTimeout: LEADER_TIMEOUT,
    served: SERVED,
});
