/** What can enforce a limit. */
export const BACKENDS = ["volume", "zfs", "btrfs", "xfs", "ext4", "cephfs"] as const;
export type BackendName = (typeof BACKENDS)[number];

/** What a backend's file system supports beyond one hard limit on a tree; used by rules, handlers and docs. */
export interface Abilities {
    /** The limited object, for messages. */
    unit: string;
    soft: boolean;
    files: boolean;
    /** Limits per user and group. */
    principals: boolean;
    /** Whether the program can choose if snapshots count. */
    snapshots: boolean;
    /** Whether it can shrink while the gateway runs. */
    shrinks: boolean;
    /** Whether clients see the limit without a `dfree command`. */
    seen: boolean;
}

export const ABILITIES: Record<BackendName, Abilities> = {
    volume: {
        unit: "a volume of Proxmox VE",
        soft: false,
        files: false,
        principals: false,
        snapshots: false,
        shrinks: false,
        seen: true,
    },
    zfs: {
        unit: "a ZFS dataset",
        soft: false,
        files: false,
        principals: true,
        snapshots: true,
        shrinks: true,
        seen: true,
    },
    btrfs: {
        unit: "a btrfs subvolume",
        soft: false,
        files: false,
        principals: false,
        snapshots: false,
        shrinks: true,
        seen: false,
    },
    xfs: { unit: "an XFS project", soft: true, files: true, principals: true, snapshots: false, shrinks: true, seen: true },
    ext4: {
        unit: "an ext4 project",
        soft: true,
        files: true,
        principals: true,
        snapshots: false,
        shrinks: true,
        seen: true,
    },
    cephfs: {
        unit: "a CephFS directory",
        soft: false,
        files: true,
        principals: false,
        snapshots: false,
        shrinks: true,
        seen: false,
    },
};

/** Backends with an ability, as messages list them. */
export const having = (ability: Exclude<keyof Abilities, "unit">): string => BACKENDS.filter((name) => ABILITIES[name][ability]).join(", ");
