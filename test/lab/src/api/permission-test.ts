/** The `permissions` of a method's schema, tested for a caller (libpve-access-control RPCEnvironment.pm: exec_api2_perm_check). */
import { denied } from "../pve/errors";
import type { MethodSchema, PermissionTest } from "../pve/method-table";
import { splitList } from "../pve/lists";
import type { AccessControl } from "./access-control";
import type { Params } from "./call";

const one = (params: Params, key: string): string | undefined => {
    const value = params[key];
    return typeof value === "string" ? value : undefined;
};

function fill(template: string, params: Params): string {
    const path = template.replace(/\{([^}]+)\}/g, (_, key: string) => one(params, key) ?? "");
    return path === "/" ? path : path.replace(/\/+/g, "/").replace(/\/$/, "");
}

/** Groups in which the user of the parameter `userid` is, or those named by the parameter `groups`. */
function groupsFor(access: AccessControl, params: Params, options: string[]): string[] {
    const named = options.includes("groups_param") ? splitList(one(params, "groups")) : [];
    if (options.includes("create")) return named;
    const userid = one(params, "userid") ?? "";
    return [...named, ...[...access.groups].filter(([, group]) => group.users.has(userid)).map(([name]) => name)];
}

function test(access: AccessControl, check: PermissionTest, identity: string, params: Params): void {
    const [kind, ...rest] = check;
    if (kind === "and") {
        for (const part of rest) test(access, part as PermissionTest, identity, params);
    } else if (kind === "or") {
        for (const part of rest) {
            try {
                return test(access, part as PermissionTest, identity, params);
            } catch {
                continue;
            }
        }
        throw denied();
    } else if (kind === "perm") {
        const [template, names, ...options] = rest as [string, string[], ...unknown[]];
        const needed = options[options.indexOf("require_param") + 1];
        if (options.includes("require_param") && one(params, String(needed)) === undefined) throw denied();
        const path = fill(template, params);
        if (options.includes("any")) access.checkAny(identity, path, ...names);
        else access.check(identity, path, ...names);
    } else if (kind === "userid-param") {
        const userid = one(params, "userid") ?? "";
        if (rest[0] === "self" && identity === userid) return;
        if (rest[0] === "Realm.AllocateUser" && access.has(identity, `/access/realm/${userid.split("@")[1] ?? ""}`, "Realm.AllocateUser"))
            return;
        throw denied();
    } else if (kind === "userid-group") {
        const [names, ...options] = rest as [string[], ...string[]];
        if (access.hasAny(identity, "/access/groups", ...names)) return;
        if (!groupsFor(access, params, options).some((group) => access.hasAny(identity, `/access/groups/${group}`, ...names)))
            throw denied();
    } else if (kind === "perm-modify") {
        const path = fill(String(rest[0]), params);
        const needed = path.startsWith("/storage")
            ? "Datastore.Allocate"
            : path.startsWith("/vms")
              ? "VM.Allocate"
              : path.startsWith("/pool")
                ? "Pool.Allocate"
                : undefined;
        if (access.has(identity, path, "Permissions.Modify") || (needed !== undefined && access.has(identity, path, needed))) return;
        throw denied(`${path}, Permissions.Modify`);
    } else {
        throw new Error(`permission test '${kind}' is unknown`);
    }
}

/** Throws 403 when the caller may not use the method at all. */
export function checkMethod(access: AccessControl, schema: MethodSchema, identity: string, params: Params): void {
    const permissions = schema.permissions;
    if (permissions?.user !== undefined || identity === "root@pam") return;
    if (permissions?.check) return test(access, permissions.check, identity, params);
    throw denied("user != root@pam");
}
