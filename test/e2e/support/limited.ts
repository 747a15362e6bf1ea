/** A directory with a limit, on a disk of its own in a virtual machine. Sizes are in MiB. */
export interface Limited {
    /** Shell: creates file system and directory, once. */
    make: string;
    /** Shell: mounts it again after a boot. */
    mount: string;
    path: string;
    limit(mebibytes: number): string;
    /** Whether statvfs of the directory, which Samba shows to clients, reports the limit. */
    shown: boolean;
    /** The error of a write beyond the limit. */
    error: string;
    /** Whether a limit below the current usage can be set. */
    shrinks: boolean;
    /** What root of an unprivileged container might try. */
    escapes: string[];
}

const disk = (name: string): string => `/dev/disk/by-id/virtio-${name}`;
const project = (path: string): string[] => [`chattr -p 0 ${path}`, `chattr -P ${path}`];

export const limited = {
    /** As PVE's zfspool creates a container's volume (ZFSPoolPlugin.pm). */
    zfs: {
        make: `modprobe zfs; zpool create -f zfs ${disk("zfs")}
            zfs create -o acltype=posixacl -o xattr=sa -o refquota=65536k zfs/subvol-101-disk-1`,
        mount: "modprobe zfs; zpool import -f zfs",
        path: "/zfs/subvol-101-disk-1",
        limit: (size) => `zfs set refquota=${size * 1024}k zfs/subvol-101-disk-1`,
        shown: true,
        error: "Disk quota exceeded",
        shrinks: false,
        escapes: ["zfs set refquota=none zfs/subvol-101-disk-1"],
    },
    xfs: {
        make: `mkfs.xfs -q ${disk("xfs")}; mkdir /xfs; mount -o prjquota ${disk("xfs")} /xfs; mkdir /xfs/share
            xfs_quota -x -c 'project -s -p /xfs/share 42' /xfs`,
        mount: `mount -o prjquota ${disk("xfs")} /xfs`,
        path: "/xfs/share",
        limit: (size) => `xfs_quota -x -c 'limit -p bhard=${size}m 42' /xfs`,
        shown: true,
        error: "No space left on device",
        shrinks: true,
        escapes: project("/xfs/share"),
    },
    ext4: {
        make: `mkfs.ext4 -q -O quota,project ${disk("ext4")}; mkdir /ext4; mount -o prjquota ${disk("ext4")} /ext4
            mkdir /ext4/share; chattr +P -p 42 /ext4/share`,
        mount: `mount -o prjquota ${disk("ext4")} /ext4`,
        path: "/ext4/share",
        limit: (size) => `setquota -P 42 0 ${size * 1024} 0 0 /ext4`,
        shown: true,
        error: "Disk quota exceeded",
        shrinks: true,
        escapes: project("/ext4/share"),
    },
    btrfs: {
        make: `mkfs.btrfs -q ${disk("btrfs")}; mkdir /btrfs; mount ${disk("btrfs")} /btrfs
            btrfs quota enable /btrfs; btrfs subvolume create /btrfs/share`,
        mount: `mount ${disk("btrfs")} /btrfs`,
        path: "/btrfs/share",
        limit: (size) => `btrfs qgroup limit ${size}m /btrfs/share`,
        shown: false,
        error: "Disk quota exceeded",
        shrinks: true,
        escapes: ["btrfs qgroup limit none /btrfs/share"],
    },
} satisfies Record<string, Limited>;
