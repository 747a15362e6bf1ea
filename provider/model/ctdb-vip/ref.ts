import * as z from "zod";
import { CLUSTER } from "../connection";
import { field, named } from "../meta";

/** What other resources will store of a cluster. None takes one yet: gatewayRef refuses it in words. */
export const clusterRef = z.strictObject({
    id: field(z.string().regex(new RegExp(`^${CLUSTER}[0-9a-f]{16}$`), "must be the `ref` of a CtdbVip"), {
        description: "The cluster's id.",
        identity: true,
    }),
});
named(clusterRef, { name: "CtdbVipRef", reference: "What names this cluster." });
