/** What a fresh lab holds before the first request. */
import type { AclEntry, User } from "./access-control";
import type { Lab } from "./lab";

export interface InitialState {
    /** storage.cfg; a `local` directory storage on /var/lib/vz when left out. */
    storages?: ({ storage: string; type: string } & Record<string, string>)[];
    users?: { userid: string; password?: string; tokens?: { tokenid: string; secret: string; privsep?: boolean }[] }[];
    roles?: { roleid: string; privs: string[] }[];
    groups?: { groupid: string; users: string[] }[];
    acl?: (Omit<AclEntry, "propagate"> & { propagate?: boolean })[];
    pools?: string[];
    /** datacenter.cfg. */
    options?: Record<string, string>;
}

const localStorage = {
    storage: "local",
    type: "dir",
    path: "/var/lib/vz",
    content: "vztmpl,snippets,images,backup,iso,rootdir",
    "prune-backups": "keep-all=1",
};

export function applyState(lab: Lab, state: InitialState): void {
    for (const storage of state.storages ?? [localStorage]) lab.cluster.storages.set(storage.storage, { ...storage });
    for (const user of state.users ?? []) {
        const entry: User = lab.access.users.get(user.userid) ?? { enable: true, expire: 0, tokens: new Map() };
        entry.password = user.password ?? entry.password;
        for (const token of user.tokens ?? [])
            entry.tokens.set(token.tokenid, { secret: token.secret, privsep: token.privsep ?? true, expire: 0 });
        lab.access.users.set(user.userid, entry);
    }
    for (const role of state.roles ?? []) lab.access.roles.set(role.roleid, new Set(role.privs));
    for (const group of state.groups ?? []) lab.access.groups.set(group.groupid, { users: new Set(group.users) });
    for (const entry of state.acl ?? []) lab.access.grant({ propagate: true, ...entry });
    for (const poolid of state.pools ?? []) lab.access.pools.set(poolid, { vms: new Set(), storage: new Set() });
    Object.assign(lab.cluster.options, state.options);
}
