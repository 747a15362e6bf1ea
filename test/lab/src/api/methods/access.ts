/** Login, tokens' and users' rights as asked for (libpve-access-control API2/AccessControl.pm). */
import { PveError, badParameters, denied } from "../../pve/errors";
import { splitList } from "../../pve/lists";
import { flag, need, text, userOf, type Call, type Methods } from "../call";
import { authenticate } from "../login";

function ticket(call: Call): unknown {
    const name = need(call, "username");
    const username = name.includes("@") ? name : `${name}@${text(call, "realm") ?? "pam"}`;
    const { lab } = call;
    if (!authenticate(lab, username, need(call, "password"))) throw new PveError(401, "authentication failure");
    const cap: Record<string, Record<string, number>> = {};
    for (const [path, held] of Object.entries(lab.access.effective(username)))
        cap[path.split("/")[1] || "dc"] = { ...cap[path.split("/")[1] || "dc"], ...held };
    return { username, ticket: lab.tickets.ticket(username), CSRFPreventionToken: lab.tickets.csrf(username), cap };
}

/** One's own rights, or another's with Sys.Audit on /access. */
function permissions(call: Call): unknown {
    const { access } = call.lab;
    const whose = text(call, "userid") ?? call.identity;
    const own = whose === call.identity || userOf(whose) === call.identity;
    if (!own) access.check(call.identity, "/access", "Sys.Audit");
    if (!access.users.has(userOf(whose)) || (whose.includes("!") && !access.token(whose)))
        throw badParameters({ userid: `'${whose}' does not exist` });
    const path = text(call, "path");
    if (path === undefined) return access.effective(whose);
    return { [path]: Object.fromEntries([...access.privileges(whose, path)].map(([name, propagate]) => [name, propagate ? 1 : 0])) };
}

function readAcl(call: Call): unknown {
    const { access } = call.lab;
    return access.acl
        .filter((entry) => access.has(call.identity, entry.path, "Permissions.Modify") || access.has(call.identity, "/access", "Sys.Audit"))
        .map((entry) => ({ ...entry, propagate: entry.propagate ? 1 : 0 }));
}

function changeAcl(call: Call): null {
    const { access } = call.lab;
    const path = need(call, "path").replace(/\/+$/, "") || "/";
    const roles = splitList(text(call, "roles"));
    for (const roleid of roles) if (!access.roles.has(roleid)) throw badParameters({ roles: `role '${roleid}' does not exist` });
    const targets = [
        ...splitList(text(call, "users")).map((ugid) => ({ type: "user" as const, ugid })),
        ...splitList(text(call, "tokens")).map((ugid) => ({ type: "token" as const, ugid })),
        ...splitList(text(call, "groups")).map((ugid) => ({ type: "group" as const, ugid })),
    ];
    if (targets.length === 0) throw badParameters({ users: "either 'users', 'groups' or 'tokens' is required." });
    for (const { type, ugid } of targets) {
        const known =
            type === "group" ? access.groups.has(ugid) : type === "token" ? access.token(ugid) !== undefined : access.users.has(ugid);
        if (!known) throw badParameters({ [`${type}s`]: `${type} '${ugid}' does not exist` });
        for (const roleid of roles) {
            if (!access.has(call.identity, path, "Permissions.Modify"))
                for (const name of access.roles.get(roleid) ?? [])
                    if (!access.has(call.identity, path, name)) throw denied(`${path}, ${name}`);
            if (flag(call, "delete")) access.revoke({ path, type, ugid, roleid });
            else access.grant({ path, type, ugid, roleid, propagate: flag(call, "propagate", true) });
        }
    }
    return null;
}

async function password(call: Call): Promise<null> {
    const user = call.lab.access.users.get(need(call, "userid"));
    if (!user) throw badParameters({ userid: "no such user" });
    if (need(call, "userid") === "root@pam") await call.lab.machine.setRootPassword(call.via, need(call, "password"));
    user.password = need(call, "password");
    return null;
}

export const accessMethods: Methods = {
    "GET /access": () => ["users", "groups", "domains", "roles", "acl", "ticket", "permissions"].map((subdir) => ({ subdir })),
    "GET /access/ticket": () => null,
    "POST /access/ticket": ticket,
    "GET /access/permissions": permissions,
    "GET /access/acl": readAcl,
    "PUT /access/acl": changeAcl,
    "PUT /access/password": password,
    "GET /access/domains": () => [
        { realm: "pam", type: "pam", comment: "Linux PAM standard authentication" },
        { realm: "pve", type: "pve", comment: "Proxmox VE authentication server" },
    ],
};
