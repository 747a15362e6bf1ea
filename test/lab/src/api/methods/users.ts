/** Users, their tokens, groups and roles (libpve-access-control API2/User.pm, Group.pm, Role.pm). */
import { badParameters, died } from "../../pve/errors";
import { splitList } from "../../pve/lists";
import { allPrivileges } from "../../pve/privileges";
import type { Token, User } from "../access-control";
import { flag, need, number, others, text, type Call, type Methods } from "../call";
import { newSecret } from "../login";
import { lockedAs } from "../section-options";

function user(call: Call): User {
    const userid = need(call, "userid");
    const found = call.lab.access.users.get(userid);
    if (!found) throw died(`no such user ('${userid}')`);
    return found;
}

const texts = ["firstname", "lastname", "comment", "keys"] as const;

/** What user.cfg holds of a user; groups and tokens only when asked in full (API2/User.pm: extract_user_data). */
function userData(call: Call, userid: string, entry: User): Record<string, unknown> {
    const kept = Object.fromEntries(texts.flatMap((key) => (entry[key] ? [[key, entry[key]]] : [])));
    // Its lines are split at colons: an empty address stands there when something follows it.
    const email = entry.email || (entry.comment || entry.keys ? "" : undefined);
    return { enable: entry.enable ? 1 : 0, expire: entry.expire, ...kept, ...(email === undefined ? {} : { email }) };
}

const groupsOf = (call: Call, userid: string): string[] =>
    [...call.lab.access.groups].flatMap(([name, group]) => (group.users.has(userid) ? [name] : [])).sort();

function mayList(call: Call, userid: string): boolean {
    const { access } = call.lab;
    const paths = ["/access/groups", ...groupsOf(call, userid).map((group) => `/access/groups/${group}`)];
    return userid === call.identity || paths.some((path) => access.hasAny(call.identity, path, "User.Modify", "Sys.Audit"));
}

function listUsers(call: Call): unknown[] {
    const wanted = text(call, "enabled");
    const seen = [...call.lab.access.users]
        .filter(([userid, entry]) => mayList(call, userid) && (wanted === undefined || entry.enable === (wanted === "1")))
        .sort(([one], [other]) => (one < other ? -1 : 1));
    return seen.map(([userid, entry]) => ({
        ...userData(call, userid, entry),
        userid,
        "realm-type": userid.endsWith("@pam") ? "pam" : "pve",
        ...(flag(call, "full") ? { groups: groupsOf(call, userid).join(","), tokens: tokenRows(entry) ?? null } : {}),
    }));
}

/** Undefined when there are none: PVE answers null then. */
const tokenRows = (entry: User): unknown[] | undefined =>
    entry.tokens.size === 0 ? undefined : [...entry.tokens].sort().map(([tokenid, token]) => ({ tokenid, ...tokenRow(token) }));

function readUser(call: Call): unknown {
    const userid = need(call, "userid");
    const entry = user(call);
    const tokens = Object.fromEntries([...entry.tokens].map(([name, token]) => [name, tokenRow(token)]));
    return { ...userData(call, userid, entry), groups: groupsOf(call, userid), tokens: entry.tokens.size === 0 ? null : tokens };
}

function change(call: Call, entry: User): void {
    const groups = text(call, "groups");
    const named = splitList(groups);
    const unknown = named.find((name) => !call.lab.access.groups.has(name));
    if (unknown !== undefined) throw died(`no such group '${unknown}'`);
    entry.enable = flag(call, "enable", entry.enable);
    entry.expire = number(call, "expire") ?? entry.expire;
    for (const key of [...texts, "email"] as const) entry[key] = text(call, key) ?? entry[key];
    if (groups === undefined) return;
    const userid = need(call, "userid");
    if (!flag(call, "append")) for (const group of call.lab.access.groups.values()) group.users.delete(userid);
    for (const name of named) call.lab.access.groups.get(name)?.users.add(userid);
}

function createUser(call: Call): Promise<null> {
    const userid = need(call, "userid");
    const { users } = call.lab.access;
    return lockedAs("create user failed", () => {
        if (users.has(userid)) throw died(`user '${userid}' already exists`);
        const entry: User = { enable: true, expire: 0, password: text(call, "password"), tokens: new Map() };
        change(call, entry);
        users.set(userid, entry);
        return null;
    });
}

function changeUser(call: Call): Promise<null> {
    return lockedAs("update user failed", () => {
        change(call, user(call));
        return null;
    });
}

function tokenRow(token: Token): Record<string, unknown> {
    return { expire: token.expire, privsep: token.privsep ? 1 : 0, ...(token.comment ? { comment: token.comment } : {}) };
}

function token(call: Call): Token {
    const found = user(call).tokens.get(need(call, "tokenid"));
    if (!found) throw badParameters({ tokenid: `no such token '${need(call, "tokenid")}' for user '${need(call, "userid")}'` });
    return found;
}

function createToken(call: Call): unknown {
    const owner = user(call);
    const tokenid = need(call, "tokenid");
    if (owner.tokens.has(tokenid)) throw badParameters({ tokenid: "Token already exists." });
    const made: Token = {
        secret: newSecret(),
        privsep: flag(call, "privsep", true),
        expire: number(call, "expire") ?? 0,
        comment: text(call, "comment"),
    };
    owner.tokens.set(tokenid, made);
    return {
        "full-tokenid": `${need(call, "userid")}!${tokenid}`,
        value: made.secret,
        // As it was sent, not yet as it is read from the file: texts, and only what was given.
        info: { privsep: 1, ...others(call, "userid", "tokenid") },
    };
}

function changeToken(call: Call): Promise<unknown> {
    const entry = token(call);
    const identity = `${need(call, "userid")}!${need(call, "tokenid")}`;
    return lockedAs("updating token info failed", () => {
        const odd = splitList(text(call, "delete")).find((key) => key !== "comment");
        if (odd !== undefined) throw badParameters({ delete: `unknown option '${odd}'` });
        entry.privsep = flag(call, "privsep", entry.privsep);
        entry.expire = number(call, "expire") ?? entry.expire;
        entry.comment = text(call, "delete") === undefined ? (text(call, "comment") ?? entry.comment) : undefined;
        if (flag(call, "regenerate")) entry.secret = newSecret();
        const sent = others(call, "userid", "tokenid", "delete", "regenerate", "comment");
        return {
            ...tokenRow(entry),
            ...sent,
            ...(flag(call, "regenerate") ? { value: entry.secret, "full-tokenid": identity } : {}),
        };
    });
}

function dropToken(call: Call): null {
    token(call);
    const identity = `${need(call, "userid")}!${need(call, "tokenid")}`;
    user(call).tokens.delete(need(call, "tokenid"));
    call.lab.access.acl = call.lab.access.acl.filter((entry) => entry.ugid !== identity);
    return null;
}

function privileges(call: Call): Set<string> {
    const known = allPrivileges(call.lab.version);
    const named = splitList(text(call, "privs"));
    const unknown = named.find((name) => !known.includes(name));
    if (unknown !== undefined) throw badParameters({ privs: `invalid format - invalid privilege '${unknown}'\n` });
    return new Set(named);
}

function role(call: Call): Set<string> {
    const roleid = need(call, "roleid");
    const found = call.lab.access.roles.get(roleid);
    if (!found) throw died(`role '${roleid}' does not exist`);
    return found;
}

function writeRole(call: Call): null {
    const { access } = call.lab;
    const roleid = need(call, "roleid");
    if (access.special.has(roleid)) throw died(`auto-generated role '${roleid}' cannot be modified`);
    const before = flag(call, "append") ? (access.roles.get(roleid) ?? []) : [];
    access.roles.set(roleid, new Set([...before, ...privileges(call)]));
    return null;
}

function group(call: Call): { comment?: string; users: Set<string> } {
    const groupid = need(call, "groupid");
    const found = call.lab.access.groups.get(groupid);
    if (!found) throw died(`group '${groupid}' does not exist`);
    return found;
}

export const userMethods: Methods = {
    "GET /access/users": listUsers,
    "POST /access/users": createUser,
    "GET /access/users/{userid}": readUser,
    "PUT /access/users/{userid}": changeUser,
    "DELETE /access/users/{userid}": (call) => {
        const userid = need(call, "userid");
        user(call);
        const { access } = call.lab;
        access.users.delete(userid);
        for (const entry of access.groups.values()) entry.users.delete(userid);
        access.acl = access.acl.filter((entry) => entry.ugid !== userid && !entry.ugid.startsWith(`${userid}!`));
        return null;
    },
    "GET /access/users/{userid}/token": (call) => [...user(call).tokens].map(([tokenid, entry]) => ({ tokenid, ...tokenRow(entry) })),
    "GET /access/users/{userid}/token/{tokenid}": (call) => tokenRow(token(call)),
    "POST /access/users/{userid}/token/{tokenid}": createToken,
    "PUT /access/users/{userid}/token/{tokenid}": changeToken,
    "DELETE /access/users/{userid}/token/{tokenid}": dropToken,
    "GET /access/roles": (call) =>
        [...call.lab.access.roles].map(([roleid, privs]) => ({
            roleid,
            privs: [...privs].sort().join(","),
            special: call.lab.access.special.has(roleid) ? 1 : 0,
        })),
    "POST /access/roles": (call) => {
        if (/^PVE/i.test(need(call, "roleid")))
            throw badParameters({ roleid: "cannot use role ID starting with the (case-insensitive) 'PVE' namespace" });
        if (call.lab.access.roles.has(need(call, "roleid")))
            throw died(`create role failed: role '${need(call, "roleid")}' already exists`);
        return writeRole(call);
    },
    "GET /access/roles/{roleid}": (call) => Object.fromEntries([...role(call)].map((name) => [name, 1])),
    "PUT /access/roles/{roleid}": (call) => {
        role(call);
        return writeRole(call);
    },
    "DELETE /access/roles/{roleid}": (call) => {
        role(call);
        if (call.lab.access.special.has(need(call, "roleid")))
            throw died(`auto-generated role '${need(call, "roleid")}' cannot be deleted`);
        call.lab.access.roles.delete(need(call, "roleid"));
        return null;
    },
    "GET /access/groups": (call) =>
        [...call.lab.access.groups].map(([groupid, entry]) => ({
            groupid,
            users: [...entry.users].join(","),
            ...(entry.comment === undefined ? {} : { comment: entry.comment }),
        })),
    "POST /access/groups": (call) => {
        const groupid = need(call, "groupid");
        if (call.lab.access.groups.has(groupid)) throw died(`create group failed: group '${groupid}' already exists`);
        call.lab.access.groups.set(groupid, { comment: text(call, "comment"), users: new Set() });
        return null;
    },
    "GET /access/groups/{groupid}": (call) => ({
        members: [...group(call).users],
        ...(group(call).comment === undefined ? {} : { comment: group(call).comment }),
    }),
    "PUT /access/groups/{groupid}": (call) => {
        group(call).comment = text(call, "comment") ?? group(call).comment;
        return null;
    },
    "DELETE /access/groups/{groupid}": (call) => {
        group(call);
        call.lab.access.groups.delete(need(call, "groupid"));
        call.lab.access.acl = call.lab.access.acl.filter((entry) => entry.type !== "group" || entry.ugid !== need(call, "groupid"));
        return null;
    },
};
