import { HOST_MODES } from "../model/connection";
import type { HostMode } from "../model/connection";

/** Node of creation, VMID, nonce. */
export interface GatewayId {
    node: string;
    vmid: number;
    nonce: string;
}

export const formatId = (id: GatewayId): string => `${id.node}/${id.vmid}/${id.nonce}`;

/** The nonce identifies a gateway; it is the last part of the id for every kind of machine. */
export const nonceOf = (id: string): string => id.slice(id.lastIndexOf("/") + 1);

export function parseId(id: string): GatewayId {
    const [node = "", vmid = "", nonce = ""] = id.split("/");
    return { node, vmid: Number(vmid), nonce };
}

/** The id of a gateway on a host that is there already. */
export const hostedId = (mode: HostMode, host: string, nonce: string): string => `${HOST_MODES[mode]}${host}/${nonce}`;

/** The host in the id of such a gateway, as it was called at creation. */
export const hostIn = (id: string): string => id.slice(id.indexOf(":") + 1, id.lastIndexOf("/"));
