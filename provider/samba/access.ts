import type { AclEntry } from "../hosts/batch";

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

/** Whom Samba takes guests for (smb.conf(5), "guest account"). */
export const GUEST = "nobody";

/** What a guest may do where the share says nothing about rights of its own. */
export const guestEntries = ({ guest, readOnly }: { guest: boolean; readOnly: boolean }): AclEntry[] =>
    guest ? [{ kind: "user", name: GUEST, permissions: readOnly ? "r-x" : "rwx" }] : [];

/** Entries that are declared by themselves. */
export function ownEntries(entries: readonly { user?: string; group?: string; permissions: string }[]): AclEntry[] {
    return entries.map(({ user, group, permissions }) => ({
        kind: user === undefined ? "group" : "user",
        name: user ?? group ?? "",
        permissions,
    }));
}
