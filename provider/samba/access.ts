import type { AclEntry } from "../hosts/batch";
import { inAcl, principalOf } from "./principals";
import type { OnHost } from "./principals";

export type Level = "read" | "change" | "full";

export interface Access {
    user?: string;
    group?: string;
    level: Level;
    /** Of a domain's account, whose SID stands instead of a name. */
    account?: OnHost;
}

/** ACL entries by access level, for the share's root and as its default ACL. */
export const aclEntries = (access: readonly Access[]): AclEntry[] =>
    access.map((entry) => inAcl(principalOf(entry), entry.level === "read" ? "r-x" : "rwx"));

/** The account that guests map to (smb.conf(5), "guest account"). */
export const GUEST = "nobody";

/** A guest's ACL entries if the share sets no permissions itself. */
export const guestEntries = ({ guest, readOnly }: { guest: boolean; readOnly: boolean }): AclEntry[] =>
    guest ? [{ kind: "user", name: GUEST, permissions: readOnly ? "r-x" : "rwx" }] : [];

/** ACL entries from `aclEntries`. */
export const ownEntries = (entries: readonly { user?: string; group?: string; account?: OnHost; permissions: string }[]): AclEntry[] =>
    entries.map((entry) => inAcl(principalOf(entry), entry.permissions));
