import type { Cluster } from "../../ctdb";
import { CLUSTER_PART, type GlobalPart } from "../../samba/config/part";

/** The cluster's part of [global]. */
export const clusterPart = ({ netbiosName }: Pick<Cluster, "netbiosName">): GlobalPart => ({
    owner: CLUSTER_PART,
    lines: [
        ["clustering", true],
        ["netbios name", netbiosName.toUpperCase()],
    ],
    reserves: ["clustering", "netbios name", "ctdbd socket", "ctdb timeout", "private dir", "state directory"],
});

/** A gateway that was taken out of a cluster: what it shares would be written by two servers. Sorts before all shares, which copy it. */
export const detachedPart: GlobalPart = { owner: "detached", lines: [["available", false]], reserves: ["available"] };
