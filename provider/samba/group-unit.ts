import type { Step, Unit } from "../hosts/batch";
import { ownedBy } from "../hosts/steps";
import { FIRST_ID, isLocal, reserve } from "./ids";
import { accountPath, groupPath, SAMBA } from "./paths";
import { dataIsThere } from "./places";
import { anothers, foreign } from "./refusals";
import { renamedGroup } from "./renamed";
import { WHO_IS_CONNECTED } from "./sessions";
import type { FragmentOwner } from "./share";
import type { Spread, SpreadObject } from "./spread";

export interface Group {
    name: string;
    gid?: number;
    /** Undefined: the users list their groups. */
    members?: string[];
}

/** In a group's mark: the users, not the group, define its membership. */
const BY_USERS = "users";

/** Converges a group, and renames it if it `was` called otherwise. Idempotent. Without a `claim` it takes the group over from any owner. */
export function groupUnit(wanted: Group, owner: FragmentOwner, claim: string | undefined, was = wanted.name, spread?: Spread): Unit {
    const { name, members } = wanted;
    const renamed = was !== name;
    return {
        key: `group:${owner.nonce}`,
        steps: [
            dataIsThere,
            ...(claim === undefined ? [] : [ours(name, claim)]),
            {
                do: "require",
                path: accountPath(name),
                is: "absent",
                message: `${name} is the primary group of the user ${name}; choose another name`,
            },
            ...(claim === undefined || (claim === owner.nonce && !renamed) ? [] : [notForeign(name, renamed)]),
            ...(members === undefined ? [] : [...knownMembers(name, members), soleWriter(name)]),
            { do: "directory", path: SAMBA.groups, mode: "0700" },
            ...(renamed ? renamedGroup(was, name, owner.nonce) : []),
            { do: "write", path: groupPath(name), content: groupMark(owner, name, members), mode: "0600" },
            ...ensureGroup(name, "gid", wanted.gid),
            ...(members === undefined ? [] : setMembers(name, members)),
            ...(spread === undefined
                ? []
                : [...(renamed ? spread.drop("group", was) : []), ...spread.put(spreadGroup(wanted, groupMark(owner, name, members)))]),
        ],
    };
}

/** What every gateway of a cluster has of a group. */
const spreadGroup = ({ name, members }: Group, mark: string): SpreadObject => ({
    ...{ kind: "group", name, members, gid: { value: "gid" } },
    files: { [groupPath(name)]: ["0600", mark] },
});

/**
 * The file that records a group's owner and who defines its membership; if the group does, also the members, for users that are recreated
 * (listedAgain).
 */
export function groupMark({ key, nonce }: FragmentOwner, name: string, members: readonly string[] | undefined): string {
    const list = members === undefined ? { members: BY_USERS } : { members: "group", name, listed: [...members].sort().map(listed) };
    return `${JSON.stringify({ v: 1, key, nonce, ...list })}\n`;
}

/** The mark that earlier versions wrote. It is not drift; the next change rewrites it. */
export const earlierGroupMark = ({ key, nonce }: FragmentOwner, members: readonly string[] | undefined): string =>
    `${JSON.stringify({ v: 1, key, nonce, members: members === undefined ? BY_USERS : "group" })}\n`;

/** A member's entry in a group's mark. */
const listed = (user: string): string => `member:${user}`;

const LISTED = "listed";
/** JSON escapes quotation marks inside strings, so this pattern cannot match inside one. */
const WHO_LISTS = 'index($0, member) && match($0, /"name":"[^"]*"/) { printf "%s%s", sep, substr($0, RSTART + 8, RLENGTH - 9); sep = "," }';

/** A newly created account (the step `made`) joins the groups that list it: a user that is recreated causes no diff in those groups. */
export const listedAgain = (user: string, made: string): Step[] => [
    {
        do: "run",
        id: LISTED,
        ifChanged: made,
        argv: [
            "find",
            SAMBA.groups,
            "-name",
            "*.json",
            "-exec",
            "awk",
            "-v",
            `member=${JSON.stringify(listed(user))}`,
            WHO_LISTS,
            "{}",
            "+",
        ],
        ok: [0, 1],
        changes: false,
    },
    // 6: one of the groups is gone; that group's own refresh shows it.
    {
        do: "run",
        ifChanged: made,
        argv: ["usermod", "-aG", { value: LISTED }, user],
        onlyIf: ["test", "-n", { value: LISTED }],
        ok: [0, 6],
    },
];

/** A group with a reserved gid. */
export function ensureGroup(name: string, id: string, want?: number): Step[] {
    return [
        reserve("gid", name, id, want),
        { do: "run", argv: ["groupadd", "-g", { value: id }, name], unless: ["getent", "group", name], undo: ["groupdel", name] },
    ];
}

/** Removes the group; its gid stays reserved for its name. */
export function groupRemovalUnit(name: string, nonce: string, spread?: Spread): Unit {
    return {
        key: `group:${nonce}`,
        steps: [
            ours(name, nonce),
            whoIsIn(name),
            { ...WHO_IS_CONNECTED, onlyIf: ["getent", "group", name] },
            {
                do: "run",
                argv: ["gpasswd", "-M", "", name],
                onlyIf: ["getent", "group", name],
                undo: ["gpasswd", "-M", { value: "before" }, name],
            },
            { do: "run", argv: ["groupdel", name], onlyIf: isLocal(name, "/etc/group") },
            { do: "remove", path: groupPath(name) },
            ...(spread?.drop("group", name) ?? []),
        ],
    };
}

/** For users that list a group: refused if the group defines its own members. */
export function usersMayJoin(group: string): Step {
    return {
        do: "owned",
        path: groupPath(group),
        fields: ["members"],
        value: BY_USERS,
        message: `groups: the SmbGroup ${group} lists its members itself; add the user there, or leave \`members\` out there`,
    };
}

/** A group's entry in a user's mark. */
export const joined = (group: string): string => `group:${group}`;

function soleWriter(name: string): Step {
    return {
        do: "run",
        argv: ["grep", "-rlF", JSON.stringify(joined(name)), SAMBA.accounts],
        ok: [1],
        changes: false,
        message: `members: some users list ${name} in their \`groups\`; remove it there, or leave \`members\` out here`,
    };
}

/** Those of a domain, with a backslash, were resolved before. */
function knownMembers(name: string, members: string[]): Step[] {
    const users = members.filter((member) => !member.includes("\\"));
    return users.length === 0
        ? []
        : [
              {
                  do: "known",
                  users,
                  groups: [],
                  message: "members: no such account on the gateway (create it with SmbUser, and use its `name` output here)",
              },
          ];
}

/** Value: the members, comma-separated. Exit code 2: no such group. */
const whoIsIn = (name: string): Step => ({
    do: "run",
    id: "before",
    argv: ["getent", "group", name],
    take: "^(?:[^:]*:){3}(.*)$",
    ok: [0, 2],
    changes: false,
});

function setMembers(name: string, members: string[]): Step[] {
    return [
        whoIsIn(name),
        {
            do: "run",
            argv: ["gpasswd", "-M", [...members].sort().join(","), name],
            undo: ["gpasswd", "-M", { value: "before" }, name],
            changes: false,
        },
    ];
}

/**
 * Below pvesmb's range, a group without a mark belongs to the distribution or was made by hand. In the range it may stem from users that
 * list it, and a new resource adopts it, unless the resource has another gid already (`any`).
 */
function notForeign(name: string, any: boolean): Step {
    return {
        do: "run",
        argv: ["awk", "-F:", "-v", `name=${name}`, `$1 == name${any ? "" : ` && $3 < ${FIRST_ID}`} { exit 1 }`, "/etc/group"],
        onlyIf: ["test", "!", "-e", groupPath(name)],
        changes: false,
        message: foreign(`a group ${name}`),
    };
}

const ours = (name: string, claim: string): Step => ownedBy(groupPath(name), claim, anothers(`a group ${name}`));
