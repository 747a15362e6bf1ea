import { EXISTING } from "../model/connection";

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

/** A gateway of mode `existing`. */
export const isExisting = (id: string): boolean => id.startsWith(EXISTING);

export const existingId = (host: string, nonce: string): string => `${EXISTING}${host}/${nonce}`;

/** The host in the id of a gateway of mode `existing`, as it was called at creation. */
export const hostIn = (id: string): string => id.slice(EXISTING.length, id.lastIndexOf("/"));
