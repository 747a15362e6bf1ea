import type { Pve } from "../../proxmox/client/client";
import { listVolumes } from "../../proxmox/storage";

/** Milliseconds for which a list of volumes is good: a refresh of many quotas asks each storage once. */
const VALID = 10_000;

const lists = new Map<string, { at: number; sizes: Promise<Map<string, number>> }>();

/** Sizes in bytes by volume id, as the storage says them. */
export function volumeSizes(pve: Pve, node: string, storage: string): Promise<Map<string, number>> {
    const key = `${node} ${storage}`;
    const known = lists.get(key);
    if (known !== undefined && Date.now() - known.at < VALID) return known.sizes;
    const sizes = listVolumes(pve, node, storage, { content: "rootdir" }).then(
        (all) => new Map(all.map(({ volid, size }) => [volid, size])),
    );
    lists.set(key, { at: Date.now(), sizes });
    sizes.catch(() => lists.delete(key));
    return sizes;
}

export function forgetVolumes(node: string, storage: string): void {
    lists.delete(`${node} ${storage}`);
}
