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
