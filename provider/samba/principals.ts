import type { AclEntry, GatherResult, Text } from "../hosts/batch";
import { onceSeen } from "../hosts/looks";
import { parseSid } from "../model/sid";
import { hostFacts } from "./facts";

/** A user or a group that gets access somewhere. */
export interface Principal {
    kind: "user" | "group";
    /** Of a domain's account: its SID. */
    name: string;
    /** Where the account comes from. */
    from: Origin;
    account?: OnHost;
}

/** What a host has for a domain's account: uid or gid, and a name for its own system. */
export interface OnHost {
    id: number;
    name: string;
}

/**
 * `local`: an account of the gateway itself. `domain`: one of its domain, by its SID, which smb.conf and share permissions take as it is; names
 * would have to be resolved at each connection (decision 0029).
 */
export type Origin = "local" | "domain";

/** How principals of one origin are written in each place. */
interface Written {
    /** In smb.conf: `valid users`, `read list`, `write list`. */
    config(principal: Principal): string;
    /** For a step: the SID in share permissions. */
    sid(principal: Principal): Text;
    /** The uid or gid of files; undefined if unknown to the host. */
    id(principal: Principal, look: GatherResult): number | undefined;
    /** In ACLs of files: a name that the host knows, or a number. */
    acl(principal: Principal): string;
    /** For messages. */
    shown(principal: Principal): string;
}

const BY_ORIGIN: Record<Origin, Written> = {
    local: {
        // Also on a member of a domain: Samba looks up names without one on the host itself (lookup_name_smbconf(), samba.md section 3).
        config: ({ kind, name }) => (kind === "user" ? name : `+${name}`),
        // By number: sharesec does not resolve local names without winbind, and every session's token holds these SIDs.
        sid: ({ kind, name }) => (kind === "user" ? [USER_SID, { uid: name }] : [GROUP_SID, { gid: name }]),
        id: ({ kind, name }, look) => (kind === "user" ? hostFacts(look).users.get(name)?.uid : hostFacts(look).groups.get(name)?.gid),
        acl: ({ name }) => name,
        shown: ({ name }) => name,
    },
    domain: {
        config: ({ name }) => name,
        sid: ({ name }) => name,
        id: ({ account }) => account?.id,
        acl: ({ name, account }) => (account === undefined ? name : String(account.id)),
        shown: ({ name, account }) => account?.name ?? name,
    },
};

/** SIDs of Unix accounts without an entry in Samba's account database (samba.md section 3). */
const USER_SID = "S-1-22-1-";
const GROUP_SID = "S-1-22-2-";

export const localUser = (name: string): Principal => ({ kind: "user", name, from: "local" });
export const localGroup = (name: string): Principal => ({ kind: "group", name, from: "local" });

/** From an entry of `access` or `aclEntries`, in which a domain's accounts have their SIDs by now. */
export function principalOf({ user, group, account }: { user?: string; group?: string; account?: OnHost }): Principal {
    const [kind, name] = user === undefined ? (["group", group ?? ""] as const) : (["user", user] as const);
    if (parseSid(name) === undefined) return kind === "user" ? localUser(name) : localGroup(name);
    return { kind, name, from: "domain", ...(account === undefined ? {} : { account }) };
}

/** `alice`, `+staff` for a Unix group, a SID for an account of a domain. */
export const inConfig = (principal: Principal): string => BY_ORIGIN[principal.from].config(principal);

/**
 * Parses a name in `valid users` and the like. `@staff` is a group too (smb.conf(5), "invalid users"). A SID does not say what it is of; the
 * most usual is a group.
 */
export const ofConfig = (text: string): Principal =>
    parseSid(text) !== undefined ? principalOf({ group: text }) : /^[+@]/.test(text) ? localGroup(text.slice(1)) : localUser(text);

export const inAcl = (principal: Principal, permissions: string): AclEntry => ({
    kind: principal.kind,
    name: BY_ORIGIN[principal.from].acl(principal),
    permissions,
});

export const inRights = (principal: Principal): Text => BY_ORIGIN[principal.from].sid(principal);

export const idOf = (principal: Principal, look: GatherResult): number | undefined => BY_ORIGIN[principal.from].id(principal, look);

/** For messages: `alice`, `group staff`. */
export function shown(principal: Principal): string {
    const name = BY_ORIGIN[principal.from].shown(principal);
    return principal.kind === "user" ? name : `group ${name}`;
}

/** A name that an executor takes as a number: there is no account to look for. */
export const isNumber = (name: string): boolean => /^[0-9]+$/.test(name);

/** The principal of a SID in share permissions; undefined if neither the host nor a domain has it. */
export const ofSid = (sid: string, look: GatherResult): Principal | undefined =>
    bySid(look).get(sid) ?? (/^S-1-5-/.test(sid) && parseSid(sid) === sid ? principalOf({ group: sid }) : undefined);

const bySid = onceSeen((look) => {
    const { users, groups } = hostFacts(look);
    const all = [
        ...[...users.values()].map(({ uid, name }) => [USER_SID + String(uid), localUser(name)] as const),
        ...[...groups.values()].map(({ gid, name }) => [GROUP_SID + String(gid), localGroup(name)] as const),
    ];
    // If several accounts share a number, the first one counts.
    return new Map<string, Principal>(all.reverse());
});
