/**
 * A Machine in memory: volumes are names with sizes, containers are flags. It lets the API's own tests and the replay of recordings
 * run anywhere; nothing of pvesmb itself is ever tested against it.
 */
import {
    MachineError,
    type GuestIface,
    type GuestMount,
    type GuestSpec,
    type GuestStats,
    type Machine,
    type StoragePlace,
    type StoredFile,
    type Usage,
    type VolumeRef,
} from "../machine";

type FileKind = "vztmpl" | "iso" | "snippets" | "backup";

interface FileEntry {
    size: number;
    ctime: number;
}

const now = (): number => Math.floor(Date.now() / 1000);

export interface ImaginaryOptions {
    nodes?: string[];
    bridges?: string[];
    /** Directories that exist on every node. */
    directories?: string[];
    /** Templates that `aplinfo` offers. */
    appliances?: string[];
}

export class ImaginaryMachine implements Machine {
    private readonly volumes = new Map<string, FileEntry & { name: string }>();
    /** Snapshots: `<key of the volume>@<name>`. */
    private readonly kept = new Map<string, FileEntry & { name: string }>();
    private readonly files = new Map<string, FileEntry & { name: string }>();
    private readonly running = new Map<string, { spec: GuestSpec; since: number }>();
    private readonly offline = new Set<string>();
    private readonly nodeNames: string[];
    readonly bridges: Set<string>;
    readonly directories: Set<string>;
    readonly offered: string[];
    /** Of what is in its templates; the recorded ones' had none. */
    systemd?: number;

    constructor(options: ImaginaryOptions = {}) {
        this.nodeNames = options.nodes ?? ["pve1"];
        this.bridges = new Set(options.bridges ?? ["vmbr0"]);
        this.directories = new Set(options.directories ?? ["/var/tmp", "/var/lib"]);
        this.offered = options.appliances ?? [];
    }

    nodes(): { name: string; address: string; online: boolean }[] {
        return this.nodeNames.map((name, index) => ({ name, address: `10.0.0.${index + 1}`, online: !this.offline.has(name) }));
    }

    setOnline(node: string, online: boolean): void {
        if (online) this.offline.delete(node);
        else this.offline.add(node);
        if (!online) for (const key of [...this.running.keys()]) if (key.startsWith(`${node}/`)) this.running.delete(key);
    }

    private static place(node: string, storage: StoragePlace): string {
        return storage.shared ? storage.id : `${node}/${storage.id}`;
    }

    private static key(volume: VolumeRef): string {
        return `${ImaginaryMachine.place(volume.node, volume.storage)}:${volume.name}`;
    }

    private existing(volume: VolumeRef): FileEntry & { name: string } {
        const found = this.volumes.get(ImaginaryMachine.key(volume));
        if (!found) throw new MachineError(`no such volume '${volume.name}'`);
        return found;
    }

    async createVolume(volume: VolumeRef, size: number): Promise<void> {
        if (this.volumes.has(ImaginaryMachine.key(volume))) throw new MachineError(`volume '${volume.name}' already exists`);
        this.volumes.set(ImaginaryMachine.key(volume), { name: volume.name, size, ctime: now() });
    }

    async resizeVolume(volume: VolumeRef, size: number): Promise<void> {
        this.existing(volume).size = size;
    }

    async removeVolume(volume: VolumeRef): Promise<void> {
        this.volumes.delete(ImaginaryMachine.key(volume));
    }

    async renameVolume(volume: VolumeRef, name: string): Promise<void> {
        const entry = this.existing(volume);
        this.volumes.delete(ImaginaryMachine.key(volume));
        this.volumes.set(ImaginaryMachine.key({ ...volume, name }), { ...entry, name });
    }

    async copyVolume(from: VolumeRef, to: VolumeRef): Promise<void> {
        this.volumes.set(ImaginaryMachine.key(to), { ...this.existing(from), name: to.name, ctime: now() });
    }

    async snapshot(_node: string, _vmid: number, volumes: VolumeRef[], name: string): Promise<void> {
        for (const volume of volumes) this.kept.set(`${ImaginaryMachine.key(volume)}@${name}`, { ...this.existing(volume) });
    }

    async rollbackVolume(volume: VolumeRef, name: string): Promise<void> {
        const kept = this.kept.get(`${ImaginaryMachine.key(volume)}@${name}`);
        if (!kept) throw new MachineError(`no snapshot '${name}' of '${volume.name}'`);
        this.volumes.set(ImaginaryMachine.key(volume), { ...kept });
    }

    async removeSnapshot(volume: VolumeRef, name: string): Promise<void> {
        this.kept.delete(`${ImaginaryMachine.key(volume)}@${name}`);
    }

    async volumeSize(volume: VolumeRef): Promise<number | undefined> {
        return this.volumes.get(ImaginaryMachine.key(volume))?.size;
    }

    /** Puts a file of a kind on a storage. */
    addFile(node: string, storage: StoragePlace, kind: FileKind, name: string, size = 1024): void {
        this.files.set(`${ImaginaryMachine.place(node, storage)}:${kind}/${name}`, { name, size, ctime: now() });
    }

    async list(node: string, storage: StoragePlace, kind: FileKind | "images"): Promise<StoredFile[]> {
        const prefix = `${ImaginaryMachine.place(node, storage)}:${kind === "images" ? "" : `${kind}/`}`;
        const source = kind === "images" ? this.volumes : this.files;
        return [...source].filter(([key]) => key.startsWith(prefix)).map(([, entry]) => ({ ...entry, used: 0 }));
    }

    async activate(_node: string, { id, path }: StoragePlace, _contents: string[], make: { base: boolean }): Promise<void> {
        if (make.base) this.directories.add(path);
        if (!this.directories.has(path))
            throw new MachineError(`unable to activate storage '${id}' - directory '${path}' does not exist or is unreachable`);
    }

    async usage(): Promise<Usage> {
        const total = 100 * 1024 ** 3;
        const used = [...this.volumes.values()].reduce((sum, volume) => sum + volume.size, 0);
        return { total, used, available: total - used };
    }

    async appliances(): ReturnType<Machine["appliances"]> {
        return this.offered.map((template) => ({
            template,
            package: template.split("_")[0] ?? template,
            version: template.split("_")[1] ?? "1",
            os: "debian-12",
            section: "system",
            sha512sum: "0".repeat(128),
        }));
    }

    async downloadAppliance(template: string, node: string, storage: StoragePlace, progress: (line: string) => void): Promise<void> {
        progress("100%");
        this.addFile(node, storage, "vztmpl", template, 1_078_486);
    }

    async removeFile(node: string, storage: StoragePlace, kind: FileKind, name: string): Promise<void> {
        this.files.delete(`${ImaginaryMachine.place(node, storage)}:${kind}/${name}`);
    }

    async populate(spec: GuestSpec): Promise<{ ostype: string; log: string[]; systemd?: number }> {
        for (const mount of spec.mounts) if (mount.source.kind === "volume") this.existing(mount.source.volume);
        return { ostype: "debian", log: [], systemd: this.systemd };
    }

    async adopt(): Promise<{ systemd?: number }> {
        return { systemd: this.systemd };
    }

    private find(node: string, vmid: number): { spec: GuestSpec; since: number } {
        const found = this.running.get(`${node}/${vmid}`);
        if (!found) throw new MachineError(`container ${vmid} is not running`);
        return found;
    }

    async start(spec: GuestSpec): Promise<{ systemd?: number }> {
        for (const mount of spec.mounts) if (mount.source.kind === "volume") this.existing(mount.source.volume);
        this.running.set(`${spec.node}/${spec.vmid}`, { spec, since: Date.now() });
        return { systemd: this.systemd };
    }

    async stop(node: string, vmid: number): Promise<void> {
        this.running.delete(`${node}/${vmid}`);
    }

    async shutdown(node: string, vmid: number): Promise<void> {
        await this.stop(node, vmid);
    }

    async isRunning(node: string, vmid: number): Promise<boolean> {
        return this.running.has(`${node}/${vmid}`);
    }

    async stats(node: string, vmid: number): Promise<GuestStats> {
        const { spec, since } = this.find(node, vmid);
        return {
            uptime: Math.floor((Date.now() - since) / 1000),
            memory: spec.memory / 10,
            maxMemory: spec.memory,
            disk: 0,
            maxDisk: 0,
            pid: 1000 + vmid,
            pressure: { cpusome: "0.00", iosome: "0.00", iofull: "0.00", memorysome: "0.00", memoryfull: "0.00" },
        };
    }

    async interfaces(node: string, vmid: number): Promise<GuestIface[]> {
        const { spec } = this.find(node, vmid);
        const lo: GuestIface = { name: "lo", hwaddr: "00:00:00:00:00:00", inet: ["127.0.0.1/8"], inet6: ["::1/128"] };
        return [
            lo,
            ...spec.nics.map((nic) => ({
                name: nic.name,
                hwaddr: nic.hwaddr.toLowerCase(),
                inet: nic.ip?.includes("/") ? [nic.ip] : [],
                inet6: [],
            })),
        ];
    }

    async hotplugMount(spec: GuestSpec, mount: GuestMount): Promise<void> {
        this.find(spec.node, spec.vmid).spec.mounts.push(mount);
    }

    async applyNetwork(spec: GuestSpec): Promise<void> {
        this.find(spec.node, spec.vmid).spec.nics = spec.nics;
    }

    async applyLimits(spec: GuestSpec): Promise<void> {
        this.find(spec.node, spec.vmid).spec.memory = spec.memory;
    }

    async forget(): Promise<void> {}

    async bridgeExists(_node: string, bridge: string): Promise<boolean> {
        return this.bridges.has(bridge);
    }

    async directoryExists(_node: string, path: string): Promise<boolean> {
        return this.directories.has(path);
    }

    async setRootPassword(): Promise<void> {}

    async crash(node: string, vmid: number): Promise<void> {
        await this.stop(node, vmid);
    }
}
