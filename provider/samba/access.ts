import type { AclEntry, Text } from "../hosts/batch";

export type Level = "read" | "change" | "full";

export interface Access {
    user?: string;
    group?: string;
    level: Level;
}

/** A principal as smb.conf lists it: `alice`, or `+staff` for a Unix group. */
export function principal(entry: Access): string {
    return entry.user ?? `+${entry.group ?? ""}`;
}

/** Entries of the file system's ACL: level by level, for the share's root and as default for what is made below. */
export function aclEntries(access: readonly Access[]): AclEntry[] {
    return access.map((entry) => ({
        kind: entry.user === undefined ? "group" : "user",
        name: entry.user ?? entry.group ?? "",
        permissions: entry.level === "read" ? "r-x" : "rwx",
    }));
}

/** Entries that are declared by themselves. */
export function ownEntries(entries: readonly { user?: string; group?: string; permissions: string }[]): AclEntry[] {
    return entries.map(({ user, group, permissions }) => ({
        kind: user === undefined ? "group" : "user",
        name: user ?? group ?? "",
        permissions,
    }));
}

/**
 * What `sharesec --replace` takes: the share-level rights. In numbers, because sharesec does not resolve local names without winbind;
 * every session's token holds the S-1-22 identifiers of its Unix account and groups.
 */
export function shareRights(access: readonly Access[]): Text {
    return access.flatMap((entry, i): Text[] => [
        i === 0 ? "" : ",",
        entry.user === undefined ? ["S-1-22-2-", { gid: entry.group ?? "" }] : ["S-1-22-1-", { uid: entry.user }],
        `:ALLOWED/0x0/${entry.level.toUpperCase()}`,
    ]);
}

/** Share-level rights are needed only where somebody may change files but not permissions: smb.conf alone cannot say that. */
export function needsRights(access: readonly Access[]): boolean {
    return access.some((entry) => entry.level === "change");
}
