import * as z from "zod";
import { CLUSTER, gatewayRef } from "../connection";
import { field, named } from "../meta";

/** What shares, users and groups store of a cluster: any gateway of it that can be reached does their work. */
export const clusterRef = z.strictObject({
    id: field(z.string().regex(new RegExp(`^${CLUSTER}[0-9a-f]{16}$`), "must be the `ref` of a CtdbVip"), {
        description: "The cluster's id.",
        identity: true,
    }),
    gateways: field(z.array(gatewayRef), { description: "The gateways of the cluster." }),
});
named(clusterRef, { name: "CtdbVipRef", reference: "What names this cluster." });
