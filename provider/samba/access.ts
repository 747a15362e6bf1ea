import type { AclEntry } from "../hosts/batch";
import { inAcl, principalOf } from "./principals";

export type Level = "read" | "change" | "full";

export interface Access {
    user?: string;
    group?: string;
    level: Level;
}

/** Entries of the file system's ACL: level by level, for the share's root and as default for what is made below. */
export const aclEntries = (access: readonly Access[]): AclEntry[] =>
    access.map((entry) => inAcl(principalOf(entry), entry.level === "read" ? "r-x" : "rwx"));

/** Whom Samba takes guests for (smb.conf(5), "guest account"). */
export const GUEST = "nobody";

/** What a guest may do where the share says nothing about rights of its own. */
export const guestEntries = ({ guest, readOnly }: { guest: boolean; readOnly: boolean }): AclEntry[] =>
    guest ? [{ kind: "user", name: GUEST, permissions: readOnly ? "r-x" : "rwx" }] : [];

/** Entries that are declared by themselves. */
export const ownEntries = (entries: readonly { user?: string; group?: string; permissions: string }[]): AclEntry[] =>
    entries.map((entry) => inAcl(principalOf(entry), entry.permissions));
