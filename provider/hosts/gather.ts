import type { AclEntry } from "./steps";

/**
 * Looks, changes nothing, takes no lock; follows no link: what is behind one is not there, a link itself is a fact (`stat`). A file or an output of more than 16 MiB fails: half of it would be read as if the rest
 * were not there.
 */
export interface Gather {
    /** Glob patterns -> path -> text. */
    files?: string[];
    /** Glob patterns -> path -> facts. */
    stat?: string[];
    statvfs?: string[];
    /** Glob patterns -> path -> the project of XFS or ext4 that what is made in that directory gets; those without one are left out. */
    projects?: string[];
    /** The same, of btrfs: id of the subvolume that the directory is the top of. */
    subvolumes?: string[];
    /** The btrfs that the directory is on. */
    btrfs?: string[];
    /** `in`: where it begins, as of a RunStep; code 126 when that is not there. */
    commands?: { name: string; argv: string[]; stdin?: string; timeout?: number; in?: string }[];
}

export interface FileFacts {
    type: "directory" | "file" | "symlink" | "other";
    uid: number;
    gid: number;
    owner: string;
    group: string;
    /** Octal string, as DirectoryStep takes it, e.g. "0770": under an ACL the owning group's own bits, unless somebody changed the mask. */
    mode: string;
    size: number;
    /** Named entries only; undefined where the file system has no ACLs. */
    acl?: { access: AclEntry[]; default: AclEntry[] };
}

export interface GatherResult {
    files: Record<string, string>;
    stat: Record<string, FileFacts>;
    /** Bytes, and the number of inodes in use. */
    statvfs: Record<string, { total: number; used: number; available: number; files: number }>;
    projects?: Record<string, number>;
    subvolumes?: Record<string, number>;
    /** `groups`: the quota group of each subvolume, by its id; undefined where quotas are off. Bytes. */
    btrfs?: Record<string, { uuid: string; groups?: Record<string, { used: number; limit?: number }> }>;
    commands: Record<string, { code: number; stdout: string; stderr: string }>;
    ms: number;
}
