/** Node at creation, VMID, nonce. */
export interface GatewayId {
    node: string;
    vmid: number;
    nonce: string;
}

export const formatId = (id: GatewayId): string => `${id.node}/${id.vmid}/${id.nonce}`;

export function parseId(id: string): GatewayId {
    const [node = "", vmid = "", nonce = ""] = id.split("/");
    return { node, vmid: Number(vmid), nonce };
}
