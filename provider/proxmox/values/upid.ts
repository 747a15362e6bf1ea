export interface Upid {
    node: string;
    /** `vzcreate`, `resize`, ... */
    type: string;
    /** The task's object, mostly a VMID; may be empty. */
    id: string;
    user: string;
}

const PATTERN =
    /^UPID:([a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?):[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:[0-9A-Fa-f]{8}:([^:\s/]+):([^:\s/]*):([^:\s/]+):$/;

/** Parts of a task id. The task runs on its node and is queried there (pve-api.md 4.1). */
export function parseUpid(upid: string): Upid | undefined {
    const match = PATTERN.exec(upid);
    if (!match) return undefined;
    const [, node = "", type = "", id = "", user = ""] = match;
    return { node, type, id, user };
}
