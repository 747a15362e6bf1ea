import type { AclEntry, GatherResult, Text } from "../hosts/batch";
import { onceSeen } from "../hosts/looks";
import { hostFacts } from "./facts";

/** A user or a group that gets access somewhere. */
export interface Principal {
    kind: "user" | "group";
    name: string;
    /** Where the account comes from. */
    from: Origin;
}

/** `local`: an account of the gateway itself. */
export type Origin = "local";

/** How principals of one origin are written in each place. */
interface Written {
    /** In smb.conf: `valid users`, `read list`, `write list`. */
    config(principal: Principal): string;
    /** For a step: the SID in share permissions. */
    sid(principal: Principal): Text;
    /** The uid or gid of files; undefined if unknown to the host. */
    id(principal: Principal, look: GatherResult): number | undefined;
}

const BY_ORIGIN: Record<Origin, Written> = {
    local: {
        config: ({ kind, name }) => (kind === "user" ? name : `+${name}`),
        // By number: sharesec does not resolve local names without winbind, and every session's token holds these SIDs.
        sid: ({ kind, name }) => (kind === "user" ? [USER_SID, { uid: name }] : [GROUP_SID, { gid: name }]),
        id: ({ kind, name }, look) => (kind === "user" ? hostFacts(look).users.get(name)?.uid : hostFacts(look).groups.get(name)?.gid),
    },
};

/** SIDs of Unix accounts without an entry in Samba's account database (samba.md section 3). */
const USER_SID = "S-1-22-1-";
const GROUP_SID = "S-1-22-2-";

export const localUser = (name: string): Principal => ({ kind: "user", name, from: "local" });
export const localGroup = (name: string): Principal => ({ kind: "group", name, from: "local" });

/** From an entry of `access` or `aclEntries`. */
export const principalOf = ({ user, group }: { user?: string; group?: string }): Principal =>
    user === undefined ? localGroup(group ?? "") : localUser(user);

/** `alice`, or `+staff` for a Unix group. */
export const inConfig = (principal: Principal): string => BY_ORIGIN[principal.from].config(principal);

/** Parses a name in `valid users` and the like. `@staff` is a group too (smb.conf(5), "invalid users"). */
export const ofConfig = (text: string): Principal => (/^[+@]/.test(text) ? localGroup(text.slice(1)) : localUser(text));

export const inAcl = ({ kind, name }: Principal, permissions: string): AclEntry => ({ kind, name, permissions });

export const inRights = (principal: Principal): Text => BY_ORIGIN[principal.from].sid(principal);

export const idOf = (principal: Principal, look: GatherResult): number | undefined => BY_ORIGIN[principal.from].id(principal, look);

/** For messages: `alice`, `group staff`. */
export const shown = ({ kind, name }: Principal): string => (kind === "user" ? name : `group ${name}`);

/** The principal of a SID in share permissions; undefined if the host does not know it. */
export const ofSid = (sid: string, look: GatherResult): Principal | undefined => bySid(look).get(sid);

const bySid = onceSeen((look) => {
    const { users, groups } = hostFacts(look);
    const all = [
        ...[...users.values()].map(({ uid, name }) => [USER_SID + String(uid), localUser(name)] as const),
        ...[...groups.values()].map(({ gid, name }) => [GROUP_SID + String(gid), localGroup(name)] as const),
    ];
    // If several accounts share a number, the first one counts.
    return new Map<string, Principal>(all.reverse());
});
