import * as z from "zod";
import { CLUSTER, connectionInputs, gatewayRef, partsFor, GATEWAY_ID, hostModeOf } from "./connection";
import { field, named } from "./meta";
import { existingSsh } from "./gateway/ssh";

/** What shares, users and groups store of the server that they are on: a gateway, or a cluster with the gateways that it is made of. */
export const serverRef = z.strictObject({
    id: field(z.string().regex(new RegExp(`${GATEWAY_ID}|^${CLUSTER}[0-9a-f]{16}$`), "must be the `ref` of an SmbGateway or a CtdbVip"), {
        description: "The gateway's or cluster's id.",
        replace: "it exists only there",
        identity: true,
    }),
    connection: field(connectionInputs.optional(), {
        description: "How to reach Proxmox VE.",
        needs: ({ id }) => (String(id).startsWith(CLUSTER) ? [] : partsFor(hostModeOf(String(id)) !== undefined)),
    }),
    ssh: field(existingSsh.optional(), { description: "How SSH reaches a gateway of mode `existing` or `native`." }),
    gateways: field(z.array(gatewayRef).optional(), { description: "The gateways of a cluster." }),
});
named(serverRef, { name: "ServerRef", reference: "What shares and users keep of their server.", of: ["GatewayRef", "CtdbVipRef"] });

export type ServerRef = z.infer<typeof serverRef>;

/** The nonce of a cluster, from its id. */
export const clusterNonce = (id: string): string => id.slice(CLUSTER.length);

/** The server is a CtdbVip. */
export const onCluster = (server: { id: string } | undefined): boolean => server?.id.startsWith(CLUSTER) ?? false;
