import type { Connection } from "../../base/connection";
import { PvesmbError } from "../../base/errors";
import { perSession } from "../../base/session";
import { spots } from "../../model/permissions/feature";
import { formatSize } from "../../model/size";
import type { Pve } from "../../proxmox/client/client";
import type { Place } from "../../proxmox/lxc/container";
import { listVolumes, readStorage, storageIdOf } from "../../proxmox/storage";
import { checkRights } from "../../rights/check";
import { nodeHost } from "../reach";
import { growVolume } from "./growth";
import type { Growth } from "./growth";

/** Cache time of a volume list in milliseconds, so that a refresh of many quotas reads each storage once. */
const VALID = 10_000;

type Lists = Map<string, { at: number; sizes: Promise<Map<string, number>> }>;

/** Lists by cluster, node and storage. Two clusters often use the same names. */
const lists = perSession(() => new WeakMap<object, Lists>());

/** The size of a volume according to its storage, in bytes. */
export async function storedSize(pve: Pve, node: string, volume: string): Promise<number | undefined> {
    return (await sizesOn(pve, node, storageIdOf(volume))).get(volume);
}

function sizesOn(pve: Pve, node: string, storage: string): Promise<Map<string, number>> {
    const own = listsOf(pve);
    const key = `${node} ${storage}`;
    const known = own.get(key);
    if (known !== undefined && Date.now() - known.at < VALID) return known.sizes;
    const sizes = listVolumes(pve, node, storage, { content: "rootdir" }).then(
        (all) => new Map(all.map(({ volid, size }) => [volid, size])),
    );
    const list = { at: Date.now(), sizes };
    own.set(key, list);
    sizes.catch(() => own.get(key) === list && own.delete(key));
    return sizes;
}

function listsOf({ connection }: Pve): Lists {
    const own = lists().get(connection) ?? (new Map() as Lists);
    lists().set(connection, own);
    return own;
}

/** Drops the cached list after a change. */
function forget(pve: Pve, node: string, volume: string): void {
    listsOf(pve).delete(`${node} ${storageIdOf(volume)}`);
}

export async function checkResize(pve: Pve, place: Place, volume: string): Promise<void> {
    const scope = { guests: spots(`vms/${place.vmid}`), storage: spots(storageIdOf(volume)) };
    await checkRights(pve, [{ feature: "quota-volume", scope }]);
}

export async function growStored(pve: Pve, place: Place, growth: Growth): Promise<void> {
    await growVolume(pve, place, growth).finally(() => forget(pve, place.node, growth.volume));
}

/** Refuses to shrink a volume that is not a ZFS dataset: the API never shrinks (pve-api.md 3.1), only `zfs` on the node can. */
export async function refuseShrink(pve: Pve, node: string, volume: string, size: number): Promise<void> {
    const storage = storageIdOf(volume);
    const { type } = await readStorage(pve, node, storage);
    if (type !== "zfspool")
        throw new PvesmbError(
            "InvalidInput",
            `limit: ${storage} is a storage of type ${type}, whose volumes cannot become smaller (${volume} has ${formatSize(size)}); ask for at least that, or move the files to a new share`,
            { property: "limit" },
        );
}

export async function shrinkVolume(pve: Pve, connection: Connection, place: Place, volume: string, bytes: number): Promise<void> {
    const directory = (await onNode(pve, connection, place, ["pvesm", "path", volume])).trim();
    const dataset = (await onNode(pve, connection, place, ["findmnt", "-n", "-o", "SOURCE", "--mountpoint", directory])).trim();
    await onNode(pve, connection, place, ["zfs", "set", `refquota=${bytes}`, dataset]);
    forget(pve, place.node, volume);
    await rescan(pve, connection, place);
}

/** Updates `size=` in the guest's configuration from the storage. */
export async function rescan(pve: Pve, connection: Connection, place: Place): Promise<void> {
    await onNode(pve, connection, place, ["pct", "rescan", "--vmid", String(place.vmid)]);
}

async function onNode(pve: Pve, connection: Connection, { node }: Place, argv: string[]): Promise<string> {
    const host = await nodeHost(pve, connection, node);
    const { code, stdout, stderr } = await host.exec(argv, { deadline: pve.deadline });
    if (code !== 0) throw new PvesmbError("RemoteFailed", `${host.name}: ${argv.join(" ")} ended with ${code}: ${stderr.trim()}`);
    return stdout;
}
