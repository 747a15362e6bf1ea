/** Storage definitions and the volumes on them, as PVE::Storage sees them. */
import type { Machine, StoragePlace, StoredFile, VolumeRef } from "../../machine";
import { badParameters, died } from "../../pve/errors";
import { splitList } from "../../pve/lists";
import { parseVolumeId, parseVolumeName, volumeName, volumePath, type Volume } from "../../pve/volume-id";
import type { AccessControl } from "../access-control";
import type { Cluster, StorageConfig } from "../cluster";

/** What each type may hold; CephFS-like directories have no guest volumes (CephFSPlugin.pm). */
const fileTypes = new Set(["dir", "nfs", "cifs", "cephfs", "btrfs"]);

/** Other hosts, which a lab does not reach. */
const unreachable = new Set(["nfs", "cifs", "cephfs", "rbd", "pbs", "iscsi", "iscsidirect", "zfs", "esxi"]);

export class Storages {
    /** Disks of VMs: the lab has no machine for VMs, so these are names with a size and nothing more. `node/volid`. */
    private readonly paper = new Map<string, { size: number; ctime: number }>();

    constructor(
        private readonly cluster: Cluster,
        private readonly machine: Machine,
    ) {}

    config(storage: string): StorageConfig {
        const found = this.cluster.storages.get(storage);
        if (!found) throw died(`storage '${storage}' does not exist`);
        return found;
    }

    /** On this node and not disabled, or PVE's 500. */
    enabled(storage: string, node: string): StorageConfig {
        const config = this.config(storage);
        if (config["disable"] === "1") throw died(`storage '${storage}' is disabled`);
        if (!this.onNode(config, node)) throw died(`storage '${storage}' is not available on node '${node}'`);
        return config;
    }

    onNode(config: StorageConfig, node: string): boolean {
        const nodes = splitList(config["nodes"]);
        return nodes.length === 0 || nodes.includes(node);
    }

    contents(config: StorageConfig): string[] {
        return splitList(config["content"] ?? (config.type === "zfspool" ? "images,rootdir" : "images,vztmpl,iso,backup,snippets,rootdir"));
    }

    /** As each use of a storage begins in PVE; rejects with PVE's words when it cannot be used on that node. */
    async activate(config: StorageConfig, node: string): Promise<void> {
        if (unreachable.has(config.type)) throw died(`storage '${config.storage}' is not online`);
        if (!this.isFileBased(config)) return;
        const allowed = (key: string): boolean => (config[key] ?? config["mkdir"] ?? "1") === "1";
        const make = { base: allowed("create-base-path"), contents: allowed("create-subdirs") };
        await this.machine.activate(node, this.place(config), this.contents(config), make);
    }

    /** What pvestatd does every ten seconds: storages are ready to be used before the first call. One that is not is left alone. */
    async activateAll(): Promise<void> {
        for (const { name, online } of this.machine.nodes())
            for (const config of online ? this.cluster.storages.values() : [])
                if (config["disable"] !== "1" && this.onNode(config, name)) await this.activate(config, name).catch(() => undefined);
    }

    holds(config: StorageConfig, content: string): boolean {
        return this.contents(config).includes(content);
    }

    isShared(config: StorageConfig): boolean {
        return config["shared"] === "1" || ["nfs", "cifs", "cephfs"].includes(config.type);
    }

    place(config: StorageConfig): StoragePlace {
        const type = config.type === "zfspool" || config.type === "btrfs" ? config.type : "dir";
        return {
            id: config.storage,
            type,
            path: (config.type === "zfspool" ? config["pool"] : config["path"]) ?? "",
            shared: this.isShared(config),
        };
    }

    /** A volume id's storage, parsed name and machine reference; PVE's 500 when the storage or the name is none. */
    volume(volid: string, node: string): { config: StorageConfig; parsed: Volume; ref: VolumeRef } {
        const id = parseVolumeId(volid);
        if (!id) throw died(`unable to parse PVE volume ID '${volid}'`);
        const config = this.config(id.storage);
        const parsed = parseVolumeName(config.type, id.name);
        return { config, parsed, ref: { node, storage: this.place(config), name: id.name } };
    }

    path(volid: string): string {
        const id = parseVolumeId(volid);
        if (!id) return volid;
        const config = this.config(id.storage);
        return volumePath({ type: config.type, path: this.place(config).path }, id.name);
    }

    /** Size in bytes of a volume or file; undefined when it is not there. */
    async size(volid: string, node: string): Promise<number | undefined> {
        const { config, parsed, ref } = this.volume(volid, node);
        if (parsed.content === "images") return this.paper.get(`${node}/${volid}`)?.size ?? this.machine.volumeSize(ref);
        if (parsed.content === "import") return undefined;
        const files = await this.machine.list(node, this.place(config), parsed.content);
        return files.find((file) => file.name === parsed.file)?.size;
    }

    /** Bytes of a guest's volume that are on the disk, where the storage says so. */
    async used(volid: string, node: string): Promise<number | undefined> {
        const id = parseVolumeId(volid);
        return id && (await this.images(id.storage, node)).find((image) => image.volid === volid)?.used;
    }

    /** All guest volumes on a storage: volid and facts. */
    async images(storage: string, node: string): Promise<(StoredFile & { volid: string; parsed: Volume })[]> {
        const config = this.config(storage);
        const real = await this.machine.list(node, this.place(config), "images");
        const prefix = `${node}/${storage}:`;
        const onPaper = [...this.paper]
            .filter(([key]) => key.startsWith(prefix))
            .map(([key, facts]): StoredFile => ({ name: key.slice(prefix.length), used: 0, ...facts }));
        return [...real, ...onPaper].flatMap((file) => {
            const parsed = parsedOrNot(config.type, file.name);
            return parsed ? [{ volid: `${storage}:${file.name}`, parsed, ...file }] : [];
        });
    }

    /** The first free `vm-<id>-disk-<n>` name (PVE counts each format on its own). */
    async freeName(storage: string, node: string, vmid: number, format: string): Promise<string> {
        const config = this.config(storage);
        const suffix = config.type === "zfspool" ? "$" : `\\.${format}$`;
        const pattern = new RegExp(`(?:^|/)(?:vm|base|subvol|basevol)-${vmid}-disk-(\\d+)${suffix}`);
        const names = (await this.images(storage, node)).map((image) => image.name);
        const used = new Set(names.flatMap((name) => pattern.exec(name)?.[1] ?? []));
        let index = 0;
        while (used.has(String(index))) index++;
        return volumeName(config.type, vmid, `disk-${index}`, format);
    }

    /** Makes a volume for a guest and gives its volid; a container's gets a file system. */
    async allocate(storage: string, node: string, vmid: number, format: string, bytes: number, unprivileged: boolean): Promise<string> {
        const config = this.config(storage);
        const name = await this.freeName(storage, node, vmid, format);
        await this.machine.createVolume({ node, storage: this.place(config), name }, bytes, unprivileged);
        return `${storage}:${name}`;
    }

    /** A VM's disk (also to note a new size or name). */
    putOnPaper(volid: string, node: string, size: number): void {
        this.paper.set(`${node}/${volid}`, { size, ctime: Math.floor(Date.now() / 1000) });
    }

    renameOnPaper(volid: string, name: string, node: string): void {
        const facts = this.paper.get(`${node}/${volid}`);
        if (!facts) return;
        this.paper.delete(`${node}/${volid}`);
        this.paper.set(`${node}/${name}`, facts);
    }

    /** Is it a guest's own volume (and not another one's, an ISO image or a path)? */
    isOwn(volid: string, vmid: number): boolean {
        const id = parseVolumeId(volid);
        return id !== undefined && parseVolumeName(this.config(id.storage).type, id.name).vmid === vmid;
    }

    async remove(volid: string, node: string): Promise<void> {
        if (this.paper.delete(`${node}/${volid}`)) return;
        await this.machine.removeVolume(this.volume(volid, node).ref);
    }

    /** Who may use an existing volume (PVE::Storage::check_volume_access). */
    checkAccess(
        access: AccessControl,
        identity: string,
        vmid: number | undefined,
        volid: string,
        content: "rootdir" | "images" | "vztmpl" | "iso" | "backup" | undefined,
    ): void {
        const id = parseVolumeId(volid);
        if (!id) {
            if (identity !== "root@pam")
                throw died("Only root can pass arbitrary filesystem paths. at /usr/share/perl5/PVE/Storage.pm line 651.");
            return;
        }
        const parsed = parseVolumeName(this.config(id.storage).type, id.name);
        if (content !== undefined && parsed.content !== content && !(content === "rootdir" && parsed.content === "images"))
            throw died(`unable to use volume ${volid} - content type needs to be '${content}'`);
        const path = `/storage/${id.storage}`;
        if (access.has(identity, path, "Datastore.Allocate")) return;
        if (parsed.content === "iso" || parsed.content === "vztmpl" || parsed.content === "import") {
            access.checkAny(identity, path, "Datastore.AllocateSpace", "Datastore.Audit");
        } else if (parsed.vmid !== undefined && parsed.vmid === vmid) {
            return;
        } else if (parsed.content === "backup" && parsed.vmid !== undefined) {
            access.check(identity, path, "Datastore.AllocateSpace");
            access.check(identity, `/vms/${parsed.vmid}`, "VM.Backup");
        } else if (parsed.content === "images" && parsed.vmid !== undefined) {
            access.check(identity, path, "Datastore.Audit");
            access.check(identity, `/vms/${parsed.vmid}`, "VM.Config.Disk");
        } else {
            throw died(`missing privileges to access ${volid}`);
        }
    }

    /** A storage for new container volumes: there, enabled, and meant for it. */
    checkRootdir(storage: string, node: string): StorageConfig {
        const config = this.enabled(storage, node);
        if (!this.holds(config, "rootdir")) throw badParameters({ storage: `storage '${storage}' does not support container directories` });
        return config;
    }

    isFileBased(config: StorageConfig): boolean {
        return fileTypes.has(config.type);
    }
}

/** Files that are no volumes lie about on real storages too. */
function parsedOrNot(type: string, name: string): Volume | undefined {
    try {
        return parseVolumeName(type, name);
    } catch {
        return undefined;
    }
}
