/** Users, their tokens, groups and roles (libpve-access-control API2/User.pm, Group.pm, Role.pm). */
import { badParameters, died } from "../../pve/errors";
import { splitList } from "../../pve/lists";
import { allPrivileges } from "../../pve/privileges";
import type { Token, User } from "../access-control";
import { flag, need, number, text, type Call, type Methods } from "../call";
import { newSecret } from "../login";

function user(call: Call): User {
    const userid = need(call, "userid");
    const found = call.lab.access.users.get(userid);
    if (!found) throw died(`no such user ('${userid}')`);
    return found;
}

function userRow(call: Call, userid: string, entry: User): Record<string, unknown> {
    const groups = [...call.lab.access.groups].filter(([, group]) => group.users.has(userid)).map(([name]) => name);
    return {
        userid,
        enable: entry.enable ? 1 : 0,
        expire: entry.expire,
        ...(entry.comment === undefined ? {} : { comment: entry.comment }),
        ...(entry.email === undefined ? {} : { email: entry.email }),
        "realm-type": userid.endsWith("@pam") ? "pam" : "pve",
        groups: groups.join(","),
    };
}

function change(call: Call, entry: User): void {
    entry.enable = flag(call, "enable", entry.enable);
    entry.expire = number(call, "expire") ?? entry.expire;
    for (const key of ["comment", "email", "firstname", "lastname"] as const) entry[key] = text(call, key) ?? entry[key];
    const groups = text(call, "groups");
    if (groups === undefined) return;
    const userid = need(call, "userid");
    const named = splitList(groups);
    if (!flag(call, "append")) for (const group of call.lab.access.groups.values()) group.users.delete(userid);
    for (const name of named) call.lab.access.groups.get(name)?.users.add(userid);
}

function createUser(call: Call): null {
    const userid = need(call, "userid");
    const { users } = call.lab.access;
    if (users.has(userid)) throw died(`create user failed: user '${userid}' already exists`);
    const entry: User = { enable: true, expire: 0, password: text(call, "password"), tokens: new Map() };
    users.set(userid, entry);
    change(call, entry);
    return null;
}

function tokenRow(token: Token): Record<string, unknown> {
    return { expire: token.expire, privsep: token.privsep ? 1 : 0, ...(token.comment === undefined ? {} : { comment: token.comment }) };
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
        expire: number(call, "expire") ?? owner.expire,
        comment: text(call, "comment"),
    };
    owner.tokens.set(tokenid, made);
    return {
        "full-tokenid": `${need(call, "userid")}!${tokenid}`,
        value: made.secret,
        info: { privsep: made.privsep ? "1" : "0", expire: made.expire },
    };
}

function changeToken(call: Call): unknown {
    const entry = token(call);
    entry.privsep = flag(call, "privsep", entry.privsep);
    entry.expire = number(call, "expire") ?? entry.expire;
    entry.comment = text(call, "comment") ?? entry.comment;
    return tokenRow(entry);
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
    "GET /access/users": (call) => {
        const { access } = call.lab;
        const all = access.hasAny(call.identity, "/access/groups", "User.Modify", "Sys.Audit");
        return [...access.users]
            .filter(([userid]) => all || userid === call.identity)
            .map(([userid, entry]) => userRow(call, userid, entry));
    },
    "POST /access/users": createUser,
    "GET /access/users/{userid}": (call) => {
        const { "realm-type": _, userid: __, ...row } = userRow(call, need(call, "userid"), user(call));
        return {
            ...row,
            groups: String(row["groups"]).split(",").filter(Boolean),
            tokens: Object.fromEntries([...user(call).tokens].map(([name, entry]) => [name, tokenRow(entry)])),
        };
    },
    "PUT /access/users/{userid}": (call) => {
        change(call, user(call));
        return null;
    },
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
