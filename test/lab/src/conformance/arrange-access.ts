/** Who asks, and what they may: a 403 names what was missing, everything else is granted. */
import type { User } from "../api/access-control";
import { allPrivileges } from "../pve/privileges";
import type { PermissionTest } from "../pve/method-table";
import { password, tokenSecret, type World } from "./world";
import { asText, param, type Recording } from "./recording";

interface Lack {
    path: string;
    privileges: string[];
}

/** Where privileges are looked up; a lack at `/` must not spread to these. */
const branches = ["/access", "/mapping", "/nodes", "/pool", "/sdn", "/storage", "/vms"];

function fill(template: string, recording: Recording, key: string): string {
    const values: Record<string, unknown> = { ...recording.params };
    const parts = key.slice(key.indexOf(" ") + 1).split("/");
    recording.path.split("/").forEach((part, index) => {
        const name = /^\{(.+)\}$/.exec(parts[index] ?? "")?.[1];
        if (name !== undefined) values[name] = decodeURIComponent(part);
    });
    return template.replace(/\{([^}]+)\}/g, (_, name: string) => asText(values[name]));
}

function permissionsIn(test: PermissionTest, recording: Recording, key: string): Lack[] {
    const [kind, ...rest] = test;
    if (kind === "perm") return [{ path: fill(String(rest[0]), recording, key), privileges: rest[1] as string[] }];
    return kind === "and" || kind === "or" ? rest.flatMap((part) => permissionsIn(part as PermissionTest, recording, key)) : [];
}

/** The alternatives of the schema's first `or`: a bare 403 means that none of them held. */
function alternatives(test: PermissionTest | undefined, recording: Recording, key: string): Lack[] {
    if (!test) return [];
    if (test[0] === "or") return permissionsIn(test, recording, key);
    if (test[0] !== "and") return [];
    return (test.slice(1) as PermissionTest[]).flatMap((part) => alternatives(part, recording, key));
}

/** What the asker lacked, as far as the answer says it. */
export function lacks(world: World, recording: Recording): Lack[] {
    if (recording.status !== 403) return [];
    const named = /\((\/[^,\s]*), ((?:[A-Z]\w+\.[\w.]+)(?:\|[\w.]+)*)\)/.exec(recording.said);
    const pool = typeof recording.params["pool"] === "string" ? [`/pool/${recording.params["pool"]}`] : [];
    if (named) {
        const [, path = "/", privileges = ""] = named;
        const paths = path.startsWith("/vms/") ? [path, ...pool] : [path];
        // Datastore.Allocate would stand in for the weaker ones on volumes (PVE::Storage::check_volume_access).
        const stronger = path.startsWith("/storage/") ? ["Datastore.Allocate"] : [];
        return paths.map((entry) => ({ path: entry, privileges: [...privileges.split("|"), ...stronger] }));
    }
    if (recording.reason !== "Permission check failed") return [];
    const match = world.lab.table.find(recording.verb, recording.path);
    const listed = alternatives(match?.schema.permissions?.check, recording, match?.key ?? "");
    if (listed.length > 0) return listed;
    return [`/vms/${param(recording, "vmid")}`, ...pool].map((path) => ({ path, privileges: ["VM.Allocate"] }));
}

/** Makes the identity and grants it everything but what it lacked. */
export function arrangeAccess(world: World, recording: Recording, identity: string | undefined): void {
    const { access } = world.lab;
    if (identity === undefined) return;
    const [userid = "", tokenid] = identity.split("!");
    const user: User = access.users.get(userid) ?? { enable: true, expire: 0, tokens: new Map() };
    user.password = password;
    access.users.set(userid, user);
    const missing = lacks(world, recording);
    if (tokenid !== undefined)
        user.tokens.set(tokenid, {
            secret: tokenSecret,
            privsep: missing.length > 0 || (user.tokens.get(tokenid)?.privsep ?? userid !== "root@pam"),
            expire: 0,
        });
    access.acl = [];
    if (identity === "root@pam") return;
    const grant = (path: string, roleid: string): void => {
        for (const [type, ugid] of [["user", userid] as const, ["token", identity] as const])
            if (type === "user" || tokenid !== undefined) access.grant({ path, type, ugid, roleid, propagate: true });
    };
    grant("/", "Administrator");
    for (const [index, { path, privileges }] of missing.entries()) {
        const roleid = `Lacking${index}`;
        access.roles.set(roleid, new Set(allPrivileges(world.lab.version).filter((name) => !privileges.includes(name))));
        access.acl = access.acl.filter((entry) => entry.path !== path);
        grant(path, roleid);
        if (path === "/") for (const branch of branches) grant(branch, "Administrator");
        else if (path.startsWith("/vms/")) access.pools.forEach((pool) => pool.vms.delete(Number(path.split("/")[2])));
    }
}
