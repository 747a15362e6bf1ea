/** Task identifiers, `UPID:<node>:<pid>:<pstart>:<starttime>:<type>:<id>:<user>:` (libpve-common-perl, UPID.pm). */
export interface Upid {
    node: string;
    pid: number;
    pstart: number;
    starttime: number;
    type: string;
    id: string;
    /** The identity that started it, with the token's name. */
    user: string;
}

const pattern =
    /^UPID:([a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?):([0-9A-Fa-f]{8}):([0-9A-Fa-f]{8,9}):([0-9A-Fa-f]{8}):([^:\s/]+):([^:\s/]*):([^:\s/]+):$/;

const hex = (value: number): string => value.toString(16).toUpperCase().padStart(8, "0");

export function formatUpid(upid: Upid): string {
    return `UPID:${upid.node}:${hex(upid.pid)}:${hex(upid.pstart)}:${hex(upid.starttime)}:${upid.type}:${upid.id}:${upid.user}:`;
}

export function parseUpid(text: string): Upid | undefined {
    const match = pattern.exec(text);
    if (!match) return undefined;
    const [, node = "", pid = "", pstart = "", starttime = "", type = "", id = "", user = ""] = match;
    return { node, pid: parseInt(pid, 16), pstart: parseInt(pstart, 16), starttime: parseInt(starttime, 16), type, id, user };
}
