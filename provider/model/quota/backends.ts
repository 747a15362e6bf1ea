/** What can hold a limit. */
export const BACKENDS = ["volume", "zfs", "btrfs", "xfs", "ext4", "cephfs"] as const;
export type BackendName = (typeof BACKENDS)[number];

/** What a backend can do beside one hard limit on a tree, from what its file system has; rules, handlers and docs go by it. */
export interface Abilities {
    /** Says what it limits, for messages. */
    unit: string;
    soft: boolean;
    files: boolean;
    /** Limits per user and group. */
    principals: boolean;
    /** Whether snapshots can be counted or not, as asked. */
    snapshots: boolean;
    /** Whether it can be made smaller while the gateway runs. */
    shrinks: boolean;
    /** Whether a client sees the limit without help of a `dfree command`. */
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

/** Backends that have an ability, as a message names them. */
export const having = (ability: Exclude<keyof Abilities, "unit">): string => BACKENDS.filter((name) => ABILITIES[name][ability]).join(", ");
