import type { Context } from "../base/handler";
import type { Host, Workshop } from "../hosts";
import type { GatewayRef, ShareInputs } from "../model";

/** What a machine needs of the call that it is used in. */
export type Caller = Pick<Context<unknown>, "connect" | "deadline" | "log">;

/**
 * A host as a gateway and what is on it have it, whatever it is: a container today. What a kind of machine cannot do is left out
 * (`volumes`, `below`), and who needs it refuses in one sentence.
 */
export interface Machine {
    /** For messages: `CT 105`. */
    readonly name: string;
    /** How clients reach it: an address, or its host name while it has none. */
    readonly address: string | undefined;
    readonly hostname: string;
    /** What is mounted in it, as it was when the machine was opened. */
    readonly mounts: Mounts;
    /** The same, read again. */
    readMounts(): Promise<Mounts>;
    /** Volumes that Proxmox VE keeps for it. */
    readonly volumes?: Volumes;
    /** The host that holds its disks and the directories bound into it. */
    readonly below?: Below;
}

/** Something mounted at a directory. */
export interface Mounted {
    mountPoint: string;
    volumeId: string;
}

/** What a directory lies on. `declared`: the gateway's own resource declares the volume's size (docs/decisions/0010). */
export type Mount =
    | { kind: "volume"; key: string; volume: string; at: string; configured: number | undefined; declared: boolean }
    /** A directory of the host below. */
    | { kind: "bind"; key: string; source: string; at: string }
    | { kind: "rootfs" };

/** What is mounted in a machine. */
export interface Mounts {
    /** What a directory is at or below: the longest mount. */
    under(path: string): Mount;
    /** What is mounted at a directory itself. */
    at(path: string): Mounted | undefined;
    /** The configured size of the volume at a directory, and whether it is backed up. */
    volumeAt(path: string): { size?: string; backup: boolean } | undefined;
    /** Of the host's directories that the machine has, the outermost one that holds this one of the host's. */
    outermost(onHost: string): string | undefined;
    /** The uid that the machine's root has on the host below. */
    readonly root: number;
}

/** A volume with an image in it, and how large the machine sees its file system. */
export interface Sized {
    /** What declares the size, as the user writes it. */
    property: string;
    /** Volume id. */
    volume: string | undefined;
    configured: number | undefined;
    fileSystem: number | undefined;
    /** What it was to have so far. */
    before?: number;
}

type ShareVolume = NonNullable<ShareInputs["volume"]>;
export type VolumeMount = Extract<Mount, { kind: "volume" }>;

/** Volumes of a machine: of shares, and their sizes. */
export interface Volumes {
    /** Throws Denied, naming the privileges, when a share's volume may not be made or changed. */
    checkRights(volume: ShareVolume): Promise<void>;
    /** Refuses a volume for which the storage has no room. */
    checkSpace(volume: ShareVolume): Promise<void>;
    /** The volume of a share, mounted at its path: found, attached again, or made; grown when it is smaller than asked. */
    ensure(path: string, volume: ShareVolume, before?: Partial<Pick<ShareInputs, "volume"> & { volumeId: string }>): Promise<Ensured>;
    /** Destroys a share's volume; without `allowRestart` it stays until the next restart where it cannot be unplugged. */
    destroy(volumeId: string, allowRestart: boolean): Promise<void>;
    /** Refuses to move what is mounted at a share's old path. */
    refuseMove(from: string, to: string): Promise<void>;
    /** Throws when a file system did not follow its volume. */
    refuseLag(all: readonly Sized[]): void;
    /** How to take away what stays mounted at a directory, in one sentence. */
    removalHint(mounted: Mounted): string;
    /** What the storage says of a volume's size. */
    stored(mount: VolumeMount): Promise<number | undefined>;
    /** Throws Denied, naming the privileges, when its size may not be changed. */
    checkResize(mount: VolumeMount): Promise<void>;
    grow(mount: VolumeMount, bytes: number): Promise<void>;
    /** Refuses where the storage can make none smaller. `size`: what it has, in bytes. */
    refuseShrink(mount: VolumeMount, size: number): Promise<void>;
    shrink(mount: VolumeMount, bytes: number): Promise<void>;
    /** Has the configuration follow what the storage says. */
    rescan(): Promise<void>;
    /** What to do by hand when a volume has not become what was asked for. */
    resizeHint(): string;
}

export type Ensured = Mounted & { size: number | undefined };

/** The host below a machine, where quotas are set and snapshots made. */
export interface Below {
    /** For messages: its name. */
    readonly name: string;
    workshop(): Promise<Workshop>;
    /** Shows the machine a directory of the host, at a path of its own, while it runs. */
    bind(path: string, onHost: string): Promise<void>;
}

/** A gateway's machine as it was found. */
export type Opened =
    | { state: "gone" }
    /** Stopped or unreachable: `why` says so in one sentence. */
    | { state: "away"; why: string; remedy?: string }
    | Found;

export interface Found {
    state: "ready";
    host: Host;
    /** What its own mark must contain. */
    nonce: string;
    /** The machine for one call, with the connection of the resource that asks. */
    as(caller: Caller, connection: GatewayRef["connection"]): Machine;
}
