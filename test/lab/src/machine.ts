/**
 * The port between the lab's PVE API (src/api: what PVE says) and the lab's machinery (src/machine: what really happens).
 *
 * The API side owns PVE's words: config files, volume ids, locks, tasks, error texts. The machine side owns Linux: network
 * namespaces, LXC containers, loop devices, files. The API never runs a command; the machine never knows a volume id's meaning
 * beyond what it is handed here. A second implementation in memory (src/machine/imaginary.ts) serves the API's own tests.
 */

/** A failure of the machinery. `message` is what PVE would put in a task's log, `log` lines that came before it. */
export class MachineError extends Error {
    constructor(
        message: string,
        readonly log: string[] = [],
    ) {
        super(message);
        this.name = "MachineError";
    }
}

/** A storage as the machine sees it: a place on one node (or on all, when shared) where volumes live. */
export interface StoragePlace {
    id: string;
    type: "dir" | "zfspool" | "btrfs";
    /** Directory on the node (dir, btrfs) or pool/dataset name (zfspool). */
    path: string;
    shared: boolean;
}

/** Where one volume's bytes are. `name` is the part of the volid behind the colon, e.g. `101/vm-101-disk-0.raw`. */
export interface VolumeRef {
    node: string;
    storage: StoragePlace;
    name: string;
}

export interface StoredFile {
    name: string;
    /** Bytes. */
    size: number;
    /** Bytes of it that are on the disk, where the storage says so. */
    used?: number;
    ctime: number;
}

export interface Usage {
    total: number;
    used: number;
    available: number;
}

/** One network interface of a container, as PVE's `netN` says it, parsed. */
export interface GuestNic {
    /** 0 for net0. */
    index: number;
    name: string;
    bridge: string;
    hwaddr: string;
    /** VLAN tag on the bridge. */
    tag?: number;
    mtu?: number;
    /** `dhcp`, `manual`, `auto` or CIDR. */
    ip?: string;
    gw?: string;
    ip6?: string;
    gw6?: string;
}

export interface GuestMount {
    /** `rootfs` or `mpN`. */
    key: string;
    /** Absolute path inside the container; `/` for rootfs. */
    target: string;
    source: { kind: "volume"; volume: VolumeRef } | { kind: "bind"; path: string };
    readOnly: boolean;
}

/** Everything needed to run a container; made by the API from its config at each start. */
export interface GuestSpec {
    node: string;
    vmid: number;
    hostname: string;
    unprivileged: boolean;
    nesting: boolean;
    ostype: string;
    cores?: number;
    /** Bytes. */
    memory: number;
    /** Bytes. */
    swap: number;
    mounts: GuestMount[];
    nics: GuestNic[];
    nameserver?: string[];
    searchdomain?: string[];
    timezone?: string;
    /** LXC's own keys, as they stand in the configuration file; `lxc.idmap` replaces the usual mapping. */
    lxc?: [key: string, value: string][];
}

export interface GuestIface {
    name: string;
    hwaddr: string;
    /** CIDR strings. */
    inet: string[];
    inet6: string[];
}

export interface GuestStats {
    /** Seconds. */
    uptime: number;
    /** Bytes. */
    memory: number;
    maxMemory: number;
    disk: number;
    maxDisk: number;
    pid: number;
    /** Average of the last ten seconds as the kernel writes it, where it does: `cpusome`, `memoryfull` ... */
    pressure: Record<string, string>;
}

export interface Machine {
    /** The names of the nodes, in order; `pve1` is the one that serves the first endpoint. */
    nodes(): { name: string; address: string; online: boolean }[];

    // --- volumes -------------------------------------------------------------------------------------------------------
    /** Makes a volume of `size` bytes with a file system owned by the container's root (0 bytes: a plain directory). */
    createVolume(volume: VolumeRef, size: number, unprivileged: boolean): Promise<void>;
    /** Grows to `size` bytes; also while mounted in a running container. `alone`: what is in an image stays as large as it was. */
    resizeVolume(volume: VolumeRef, size: number, alone?: boolean): Promise<void>;
    removeVolume(volume: VolumeRef): Promise<void>;
    renameVolume(volume: VolumeRef, name: string): Promise<void>;
    copyVolume(from: VolumeRef, to: VolumeRef): Promise<void>;
    /** Keeps a container's volumes as they are under a name, all of them at one moment of it. */
    snapshot(node: string, vmid: number, volumes: VolumeRef[], name: string): Promise<void>;
    /** Brings a stopped container's volume back to a snapshot. */
    rollbackVolume(volume: VolumeRef, name: string): Promise<void>;
    removeSnapshot(volume: VolumeRef, name: string): Promise<void>;
    /** Size in bytes as the storage says it, or undefined when there is no such volume. */
    volumeSize(volume: VolumeRef): Promise<number | undefined>;
    /** Files of a kind (templates, images) on a storage. */
    list(node: string, storage: StoragePlace, kind: "vztmpl" | "images" | "iso" | "snippets" | "backup"): Promise<StoredFile[]>;
    /** Makes sure that a directory storage can be used: itself and the directories of what it holds, as far as `make` allows. */
    activate(node: string, storage: StoragePlace, contents: string[], make: { base: boolean; contents: boolean }): Promise<void>;
    usage(node: string, storage: StoragePlace): Promise<Usage>;
    /** Templates that `aplinfo` offers: file name -> facts. */
    appliances(): Promise<{ template: string; package: string; version: string; os: string; section: string; sha512sum: string }[]>;
    /** Fetches an offered template into a storage (the task `download`). `progress` gets wget-like lines. */
    downloadAppliance(template: string, node: string, storage: StoragePlace, progress: (line: string) => void): Promise<void>;
    removeFile(node: string, storage: StoragePlace, kind: "vztmpl" | "iso" | "snippets" | "backup", name: string): Promise<void>;

    // --- containers ----------------------------------------------------------------------------------------------------
    /** Unpacks a template into the rootfs volume and writes hostname, root's password (hash made inside) and SSH keys. */
    populate(
        spec: GuestSpec,
        template: { node: string; storage: StoragePlace; name: string },
        secrets: { password?: string; sshKeys?: string },
    ): Promise<{ ostype: string; log: string[]; systemd?: number }>;
    /** Makes a copied root file system this container's own: it gets a new machine id (PVE::LXC::Setup::post_clone_hook). */
    adopt(spec: GuestSpec): Promise<{ systemd?: number }>;
    /** Also tells the version of the systemd that is the container's init, if it is one. */
    start(spec: GuestSpec): Promise<{ systemd?: number }>;
    /** Kills it at once. */
    stop(node: string, vmid: number): Promise<void>;
    /** Clean shutdown; rejects after `timeout` seconds. */
    shutdown(node: string, vmid: number, timeout: number): Promise<void>;
    isRunning(node: string, vmid: number): Promise<boolean>;
    stats(node: string, vmid: number): Promise<GuestStats>;
    interfaces(node: string, vmid: number): Promise<GuestIface[]>;
    /** Mounts a new volume or bind mount into a running container. */
    hotplugMount(spec: GuestSpec, mount: GuestMount): Promise<void>;
    /** Brings a running container's interfaces to what `spec` says (new, changed, removed). */
    applyNetwork(spec: GuestSpec): Promise<void>;
    /** Applies memory, swap and cores to a running container. */
    applyLimits(spec: GuestSpec): Promise<void>;
    /** Forgets whatever the machine keeps about a container that was destroyed (not its volumes). */
    forget(node: string, vmid: number): Promise<void>;
    bridgeExists(node: string, bridge: string): Promise<boolean>;
    directoryExists(node: string, path: string): Promise<boolean>;

    /** The system password of a node's root, which is that of root@pam. */
    setRootPassword(node: string, password: string): Promise<void>;

    // --- faults (tests only) -------------------------------------------------------------------------------------------
    /** Kills a container's init from outside, as a crash would. */
    crash(node: string, vmid: number): Promise<void>;
}
