/**
 * Who may do what: users, tokens, groups, roles, ACLs and the privileges that follow (libpve-access-control AccessControl.pm,
 * RPCEnvironment.pm). An identity is `user@realm` or `user@realm!token`.
 */
import type { Version } from "../pve/method-table";
import { builtInRoles } from "../pve/privileges";
import { denied } from "../pve/errors";

export interface Token {
    secret: string;
    /** Rights are the user's, cut by the token's own ACLs. */
    privsep: boolean;
    /** Seconds since 1970; 0 never. */
    expire: number;
    comment?: string;
}

export interface User {
    password?: string;
    enable: boolean;
    expire: number;
    comment?: string;
    email?: string;
    firstname?: string;
    lastname?: string;
    keys?: string;
    tokens: Map<string, Token>;
}

export interface Group {
    comment?: string;
    users: Set<string>;
}

export interface AclEntry {
    path: string;
    type: "user" | "group" | "token";
    ugid: string;
    roleid: string;
    propagate: boolean;
}

export interface Pool {
    comment?: string;
    vms: Set<number>;
    storage: Set<string>;
}

/** Privilege -> does it propagate. */
type Privileges = Map<string, boolean>;

export class AccessControl {
    readonly users = new Map<string, User>();
    readonly groups = new Map<string, Group>();
    readonly roles: Map<string, Set<string>>;
    readonly pools = new Map<string, Pool>();
    acl: AclEntry[] = [];
    /** Roles that came with PVE. */
    readonly special: ReadonlySet<string>;

    constructor(version: Version) {
        this.roles = builtInRoles(version);
        this.special = new Set(this.roles.keys());
        this.users.set("root@pam", { enable: true, expire: 0, tokens: new Map() });
    }

    token(identity: string): Token | undefined {
        const [user = "", token] = identity.split("!");
        return token === undefined ? undefined : this.users.get(user)?.tokens.get(token);
    }

    /** The pool a guest or storage is in. */
    poolOf(member: { vmid: number } | { storage: string }): string | undefined {
        for (const [poolid, pool] of this.pools)
            if ("vmid" in member ? pool.vms.has(member.vmid) : pool.storage.has(member.storage)) return poolid;
        return undefined;
    }

    /** Roles on a path by ACL alone: deeper entries replace higher ones, a user's own entries replace their groups'. */
    private rolesOn(identity: string, path: string): Map<string, boolean> {
        const parts = path === "/" ? [] : path.slice(1).split("/");
        let found = new Map<string, boolean>();
        for (let depth = 0; depth <= parts.length; depth++) {
            const here = depth === 0 ? "/" : `/${parts.slice(0, depth).join("/")}`;
            const applies = this.acl.filter((entry) => entry.path === here && (depth === parts.length || entry.propagate));
            const own = applies.filter((entry) => entry.type !== "group" && entry.ugid === identity);
            const byGroup = applies.filter((entry) => entry.type === "group" && this.groups.get(entry.ugid)?.users.has(identity));
            const entries = own.length > 0 ? own : byGroup;
            if (entries.length > 0) found = new Map(entries.map((entry) => [entry.roleid, entry.propagate]));
        }
        return found.has("NoAccess") ? new Map([["NoAccess", found.get("NoAccess") ?? false]]) : found;
    }

    private ownPrivileges(identity: string, path: string): Privileges {
        const roles = this.rolesOn(identity, path);
        const vmid = /^\/vms\/(\d+)$/.exec(path)?.[1];
        const storage = /^\/storage\/([^/]+)$/.exec(path)?.[1];
        const pool =
            vmid !== undefined ? this.poolOf({ vmid: Number(vmid) }) : storage !== undefined ? this.poolOf({ storage }) : undefined;
        if (pool !== undefined && !roles.has("NoAccess"))
            for (const [role, propagate] of this.rolesOn(identity, `/pool/${pool}`))
                if (role !== "NoAccess" && !roles.has(role)) roles.set(role, propagate);
        const privileges: Privileges = new Map();
        for (const [role, propagate] of roles)
            for (const name of this.roles.get(role) ?? []) privileges.set(name, propagate || (privileges.get(name) ?? false));
        return privileges;
    }

    privileges(identity: string, path: string): Privileges {
        if (identity === "root@pam") return new Map([...(this.roles.get("Administrator") ?? [])].map((name) => [name, true]));
        const [user = "", token] = identity.split("!");
        if (token === undefined) return this.ownPrivileges(user, path);
        const details = this.token(identity);
        if (!details) return new Map();
        const ofUser = this.privileges(user, path);
        if (!details.privsep) return ofUser;
        return new Map([...this.ownPrivileges(identity, path)].filter(([name]) => ofUser.has(name)));
    }

    has(identity: string, path: string, ...names: string[]): boolean {
        const held = this.privileges(identity, path);
        return names.every((name) => held.has(name));
    }

    hasAny(identity: string, path: string, ...names: string[]): boolean {
        const held = this.privileges(identity, path);
        return names.some((name) => held.has(name));
    }

    /** Throws PVE's 403 with the first missing privilege. */
    check(identity: string, path: string, ...names: string[]): void {
        const held = this.privileges(identity, path);
        const missing = names.find((name) => !held.has(name));
        if (missing !== undefined) throw denied(`${path}, ${missing}`);
    }

    checkAny(identity: string, path: string, ...names: string[]): void {
        if (!this.hasAny(identity, path, ...names)) throw denied(`${path}, ${names.join("|")}`);
    }

    /** A guest's privileges may also come from the pool named in a create call. */
    checkGuest(identity: string, vmid: number, pool: string | undefined, ...names: string[]): void {
        if (pool !== undefined && this.has(identity, `/pool/${pool}`, ...names)) return;
        this.check(identity, `/vms/${vmid}`, ...names);
    }

    /** What `GET /access/permissions` shows: every known path with its privileges. */
    effective(identity: string): Record<string, Record<string, number>> {
        const paths = new Set([
            "/",
            "/access",
            "/access/groups",
            "/nodes",
            "/pool",
            "/sdn",
            "/storage",
            "/vms",
            ...this.acl.map((entry) => entry.path),
        ]);
        for (const pool of this.pools.values()) {
            for (const vmid of pool.vms) paths.add(`/vms/${vmid}`);
            for (const storage of pool.storage) paths.add(`/storage/${storage}`);
        }
        const out: Record<string, Record<string, number>> = {};
        for (const path of [...paths].sort()) {
            const held = this.privileges(identity, path);
            if (held.size > 0) out[path] = Object.fromEntries([...held].map(([name, propagate]) => [name, propagate ? 1 : 0]));
        }
        return out;
    }

    grant(entry: AclEntry): void {
        this.revoke(entry);
        this.acl.push(entry);
    }

    revoke(entry: Omit<AclEntry, "propagate">): void {
        this.acl = this.acl.filter(
            (other) =>
                !(other.path === entry.path && other.type === entry.type && other.ugid === entry.ugid && other.roleid === entry.roleid),
        );
    }

    /** A destroyed guest leaves its pool and its ACLs. */
    forgetGuest(vmid: number): void {
        for (const pool of this.pools.values()) pool.vms.delete(vmid);
        this.acl = this.acl.filter((entry) => entry.path !== `/vms/${vmid}` && !entry.path.startsWith(`/vms/${vmid}/`));
    }
}
