/** Node at creation, VMID, nonce. */
export interface GatewayId {
    node: string;
    vmid: number;
    nonce: string;
}

export const formatId = (id: GatewayId): string => `${id.node}/${id.vmid}/${id.nonce}`;

/** What tells a gateway from any other: the last part of an id, whatever kind of machine it names. */
export const nonceOf = (id: string): string => id.slice(id.lastIndexOf("/") + 1);

export function parseId(id: string): GatewayId {
    const [node = "", vmid = "", nonce = ""] = id.split("/");
    return { node, vmid: Number(vmid), nonce };
}
