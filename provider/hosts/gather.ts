import type { AclEntry } from "./steps";

/**
 * A read-only look at a host, without lock. It follows no links: a path through a link counts as absent, and the link itself shows up in
 * `stat`. A file or an output over 16 MiB fails, because half of it would be mistaken for the whole.
 */
export interface Gather {
    /** Glob patterns -> path -> text. */
    files?: string[];
    /** Glob patterns -> path -> facts. */
    stat?: string[];
    statvfs?: string[];
    /** Glob patterns -> path -> the project (XFS, ext4) that new files in that directory inherit; directories without one are left out. */
    projects?: string[];
    /** Glob patterns -> path -> the btrfs subvolume id of a directory that is the top of one. */
    subvolumes?: string[];
    /** Glob patterns -> path -> the btrfs that holds the directory. */
    btrfs?: string[];
    /** `in`: working directory, as in RunStep; exit code 126 if it is missing. */
    commands?: { name: string; argv: string[]; stdin?: string; timeout?: number; in?: string }[];
}

/** With its uid or gid; accounts of a domain are compared by it. */
export type FoundEntry = AclEntry & { id?: number };

export interface FileFacts {
    type: "directory" | "file" | "symlink" | "other";
    uid: number;
    gid: number;
    owner: string;
    group: string;
    /** Octal string, as DirectoryStep takes it, e.g. "0770". Under an ACL: the owning group's own bits, unless someone changed the mask. */
    mode: string;
    size: number;
    /** Named entries only; undefined if the file system has no ACLs. */
    acl?: { access: FoundEntry[]; default: FoundEntry[] };
}

export interface GatherResult {
    files: Record<string, string>;
    stat: Record<string, FileFacts>;
    /** Bytes; `files`: inodes in use. */
    statvfs: Record<string, { total: number; used: number; available: number; files: number }>;
    projects?: Record<string, number>;
    subvolumes?: Record<string, number>;
    /** Bytes. `groups`: the qgroup of each subvolume by id; undefined if quotas are off. */
    btrfs?: Record<string, { uuid: string; groups?: Record<string, { used: number; limit?: number }> }>;
    commands: Record<string, { code: number; stdout: string; stderr: string }>;
    ms: number;
}
