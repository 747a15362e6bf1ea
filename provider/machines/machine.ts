import type { Context } from "../base/handler";
import type { Host, HostSession } from "../hosts";
import type { GatewayRef, ShareInputs } from "../model";

/** What a machine needs from the current call. */
export type Caller = Omit<Context<unknown>, "checkpoint">;

/**
 * The host of a gateway, of any kind: today a container. A kind omits what it cannot do (`volumes`, `below`), and callers that need it
 * refuse in one sentence.
 */
export interface Machine {
    /** For messages: `CT 105`. */
    readonly name: string;
    /** The address for clients, or the host name when it has none. */
    readonly address: string | undefined;
    readonly hostname: string;
    /** Its mounts when the machine was opened. */
    readonly mounts: Mounts;
    /** Reads the mounts again. */
    readMounts(): Promise<Mounts>;
    /** Its volumes in Proxmox VE. */
    readonly volumes?: Volumes;
    /** The host that holds its disks and bind-mounted directories. */
    readonly below?: Below;
}

/** A part that a kind of machine may lack. `refuse` gets the machine's name; its error says what cannot be done without the part. */
export function needed<K extends "volumes" | "below">(machine: Machine, part: K, refuse: (name: string) => Error): NonNullable<Machine[K]> {
    const found = machine[part];
    if (found === undefined) throw refuse(machine.name);
    return found;
}

/** A mount at a directory. */
export interface Mounted {
    mountPoint: string;
    volumeId: string;
}

/** The storage under a directory. `declared`: the Gateway resource declares the volume's size (docs/decisions/0010). */
export type Mount =
    | { kind: "volume"; key: string; volume: string; at: string; configured: number | undefined; declared: boolean }
    /** A directory of the underlying host. */
    | { kind: "bind"; key: string; source: string; at: string }
    | { kind: "rootfs" };

/** The mounts of a machine. */
export interface Mounts {
    /** The longest mount that contains a directory. */
    under(path: string): Mount;
    /** The mount at exactly this directory. */
    at(path: string): Mounted | undefined;
    /** Configured size and backup flag of the volume at a directory. */
    volumeAt(path: string): { size?: string; backup: boolean } | undefined;
    /** The outermost bind-mounted directory of the underlying host that contains this one. */
    outermost(onHost: string): string | undefined;
    /** The uid of the machine's root on the underlying host. */
    readonly root: number;
}

/** A volume with a file system image, and the size of that file system in the machine. */
export interface Sized {
    /** The property that declares the size, as the user writes it. */
    property: string;
    /** Volume id. */
    volume: string | undefined;
    configured: number | undefined;
    fileSystem: number | undefined;
    /** The previously declared size. */
    before?: number;
}

type ShareVolume = NonNullable<ShareInputs["volume"]>;
export type VolumeMount = Extract<Mount, { kind: "volume" }>;

/** Volumes of shares, and their sizes. */
export interface Volumes {
    /** Throws Denied with the missing privileges when the caller may not make or change a share's volume. */
    checkRights(volume: ShareVolume): Promise<void>;
    /** Refuses a volume that the storage has no room for. */
    checkSpace(volume: ShareVolume): Promise<void>;
    /** Mounts a share's volume at its path: existing, reattached or new. Grows it if it is too small. */
    ensure(path: string, volume: ShareVolume, before?: Partial<Pick<ShareInputs, "volume"> & { volumeId: string }>): Promise<Ensured>;
    /** Destroys a share's volume. Without `allowRestart`, one that cannot be unplugged stays until the next restart. */
    destroy(volumeId: string, allowRestart: boolean): Promise<void>;
    /** Refuses to move the mount at a share's old path. */
    refuseMove(from: string, to: string): Promise<void>;
    /** Throws when a file system did not grow with its volume. */
    refuseLag(all: readonly Sized[]): void;
    /** How to remove a mount by hand, in one sentence. */
    removalHint(mounted: Mounted): string;
    /** The size of a volume according to the storage. */
    stored(mount: VolumeMount): Promise<number | undefined>;
    /** Throws Denied with the missing privileges when the caller may not change its size. */
    checkResize(mount: VolumeMount): Promise<void>;
    /** From and to so many bytes; `property`: the input that says so. Refused if the storage has no room. */
    grow(mount: VolumeMount, growth: { property: string; from: number; to: number }): Promise<void>;
    /** Refuses if the storage cannot shrink volumes. `size`: the current size in bytes. */
    refuseShrink(mount: VolumeMount, size: number): Promise<void>;
    shrink(mount: VolumeMount, bytes: number): Promise<void>;
    /** Updates the sizes in the configuration from the storage. */
    rescan(): Promise<void>;
    /** How to fix an incomplete resize by hand. */
    resizeHint(): string;
}

export type Ensured = Mounted & { size: number | undefined };

/** The host under a machine, where quotas are set and snapshots made: for a container its node. */
export interface Below {
    /** Name for messages. */
    readonly name: string;
    hostSession(): Promise<HostSession>;
    /** Whether the machine's mount at that path was made already, so that only a restart makes it again. */
    isPlugged(path: string): Promise<boolean>;
    /** Mounts a directory of the underlying host in the running machine. */
    bind(path: string, onHost: string): Promise<void>;
}

/** The result of opening a gateway's machine. */
export type Opened =
    | { state: "gone" }
    /** Stopped or unreachable; `why` explains it in one sentence. `address`: the one in its configuration. */
    | { state: "away"; why: string; remedy?: string; address?: string | undefined }
    | Found;

export interface Found {
    state: "ready";
    host: Host;
    /** What the mark on the host must contain. */
    nonce: string;
    /** The machine for one call, with the caller's connection. */
    as(caller: Caller, connection: GatewayRef["connection"]): Machine;
}
