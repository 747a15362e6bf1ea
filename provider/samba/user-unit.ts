import { randomBytes } from "node:crypto";
import type { Step, Unit } from "../hosts/batch";
import { ownedBy, type Text } from "../hosts/steps";
import { smbpasswdLine } from "./accounts";
import { ensureGroup, joined, listedAgain, usersMayJoin } from "./group-unit";
import { isLocal, reserve } from "./ids";
import { passwordOpening } from "./assembly";
import { accountPath, groupPath, openingPath, SAMBA } from "./paths";
import { dataIsThere, homeApart } from "./places";
import {
    accountStillOurs,
    BUSY,
    IMPORT_PLACE,
    importFile,
    notedEntry,
    renamedAccount,
    renamedEntry,
    renamedHome,
    sidOf,
    USER_SID,
} from "./renamed";
import type { AccountBefore } from "./renamed";
import { anothers, foreign } from "./refusals";
import { WHO_IS_CONNECTED } from "./sessions";
import type { FragmentOwner } from "./share";
import type { Spread, SpreadObject } from "./spread";

export interface Account {
    name: string;
    uid?: number;
    gid?: number;
    /** Undefined: not defined by this user. */
    groups?: string[];
    enabled: boolean;
    /** The program demands a password change. */
    mustChange: boolean;
    fullName: string;
    /** `2027-06-30` */
    expires?: string;
    home?: string;
}

/** The change of the password: none, a new password, or an NT hash. */
export interface PasswordChange {
    password?: string;
    ntHash?: string;
    /** Whether the user must choose another one; undefined: unchanged. */
    mustChange?: boolean;
}

/** A change of an account. `leaving`: groups to leave. `was`: the account before the change. */
interface UserChange {
    secret: PasswordChange;
    leaving: string[];
    was?: Pick<Account, "name" | "home" | "fullName" | "expires">;
}

/**
 * Converges an account. Without a `claim` it is taken over from any owner. The lists of steps are separate because they apply to different
 * places: Unix accounts are per host, Samba accounts are shared by all hosts of one user base, homes are where the data is.
 */
export function userUnit(wanted: Account, owner: FragmentOwner, claim: string | undefined, change: UserChange, spread?: Spread): Unit {
    const was = renamedFrom(wanted, change);
    const steps = [
        ...refusals(wanted, owner, claim, change),
        // The Samba account is saved first: it cannot be looked up after its Unix account is renamed.
        ...(was === undefined ? [] : [accountStillOurs(was.name, owner.nonce), ...notedEntry(was)]),
        ...unixSteps(wanted, owner, change),
        ...passdbSteps(wanted, change),
        ...homeSteps(wanted, change),
        ...(spread === undefined
            ? []
            : [...(was === undefined ? [] : spread.drop("user", was.name)), ...spread.put(spreadUser(wanted, owner))]),
    ];
    return { key: `user:${owner.nonce}`, steps, assembled: true };
}

/** What every gateway of a cluster has of a user. */
function spreadUser({ name, groups, fullName, home = NO_HOME, mustChange }: Account, owner: FragmentOwner): SpreadObject {
    return {
        ...{ kind: "user", name, fullName, home, uid: { value: "uid" }, gid: { value: "gid" } },
        lists: groups !== undefined,
        groups: Object.fromEntries((groups ?? []).map((each, i) => [each, { value: groupStep(i) }])),
        files: {
            [accountPath(name)]: ["0600", accountMark(owner, groups ?? [])],
            ...(mustChange ? { [openingPath(name)]: ["0644", passwordOpening] } : {}),
        },
    };
}

/** The id of the step that returns the number of a further group. */
const groupStep = (index: number): string => `group${index}`;

/** The previous account, if renamed. */
const renamedFrom = ({ name }: Account, { was }: UserChange): AccountBefore | undefined =>
    was === undefined || was.name === name
        ? undefined
        : { name: was.name, fullName: was.fullName, home: was.home ?? NO_HOME, kickoff: kickoff(was.expires) };

/** Per host, before any change. */
function refusals(wanted: Account, owner: FragmentOwner, claim: string | undefined, change: UserChange): Step[] {
    const { name, groups = [], home } = wanted;
    const known = claim === owner.nonce && renamedFrom(wanted, change) === undefined;
    return [
        dataIsThere,
        ...(claim === undefined ? [] : [ours(name, claim)]),
        ...(home === undefined || home === change.was?.home ? [] : [homeApart(name, home)]),
        {
            do: "require",
            path: groupPath(name),
            is: "absent",
            message: `there is an SmbGroup ${name}, and the primary group of a user has the user's name; choose another name`,
        },
        ...(claim === undefined || known ? [] : [name, ...smaller(name)].map((each) => notForeign(name, each))),
        ...(known ? [] : [notOthersGroup(name)]),
        ...groups.map(usersMayJoin),
    ];
}

/**
 * Per host: the Unix account without a login shell, its groups, and the files with its owner and what it needs of smbd. The steps `uid` and
 * `gid` return its numbers.
 */
export function unixSteps(wanted: Account, owner: FragmentOwner, change: UserChange): Step[] {
    const { name, groups = [] } = wanted;
    const was = renamedFrom(wanted, change);
    return [
        ...(was === undefined ? [] : renamedAccount(was, name)),
        ...opening(wanted),
        { do: "write", path: accountPath(name), content: accountMark(owner, groups), mode: "0600" },
        ...ensureGroup(name, "gid", wanted.gid),
        reserve("uid", name, "uid", wanted.uid),
        ...unixAccount(wanted),
        ...listedAgain(name, MADE),
        ...groups.flatMap((each, i): Step[] => [
            ...ensureGroup(each, groupStep(i)),
            { do: "run", argv: ["gpasswd", "-a", name, each], changes: false },
        ]),
        ...change.leaving.map((each): Step => ({ do: "run", argv: ["gpasswd", "-d", name, each], ok: [0, 3, 6] })),
    ];
}

/** Once per user base, after the Unix account exists: the Samba account. The step `sid` returns its SID. */
export function passdbSteps(wanted: Account, change: UserChange): Step[] {
    const { name, enabled, fullName, expires } = wanted;
    const was = renamedFrom(wanted, change);
    return [
        ...(was === undefined ? [] : renamedEntry(was.name, name)),
        ...passwordSteps(name, change.secret),
        { do: "run", argv: ["smbpasswd", enabled ? "-e" : "-d", name], changes: false },
        { do: "run", id: "sid", argv: ["pdbedit", "-u", name, "-f", fullName, "-K", kickoff(expires)], take: USER_SID, changes: false },
    ];
}

/** Once, where the data is. */
function homeSteps(wanted: Account, change: UserChange): Step[] {
    const { home } = wanted;
    return [
        ...(renamedFrom(wanted, change) === undefined ? [] : renamedHome(change.was?.home, home)),
        ...(home === undefined
            ? []
            : [{ do: "directory", path: home, owner: { value: "uid" }, group: { value: "gid" }, mode: "0700" } as const]),
    ];
}

/** What smbd must allow so that a client can change an expired password. */
const opening = ({ name, mustChange }: Account): Step[] =>
    mustChange
        ? [
              {
                  do: "require",
                  path: SAMBA.noAnonymous,
                  is: "absent",
                  message:
                      'passwordMustChange: a client changes such a password without a login, hence without encryption, which the gateway requires (`samba.encryption`); leave it out, or set `encryption: "desired"` there and `encryptionRequired` on the shares',
              },
              { do: "write", path: openingPath(name), content: passwordOpening, mode: "0644" },
          ]
        : [{ do: "remove", path: openingPath(name) }];

/** The file with an account's owner and the groups that it lists itself. */
export function accountMark({ key, nonce }: FragmentOwner, groups: readonly string[]): string {
    return `${JSON.stringify({ v: 1, key, nonce, ...(groups.length > 0 ? { groups: groups.map(joined) } : {}) })}\n`;
}

export const NO_HOME = "/nonexistent";
const MADE = "made";
/**
 * Nobody logs in or runs containers as such an account. With 65,536 subordinate ids each, a host has room for 9,155 accounts, and
 * `usermod -l` leaves them with the old name for ever (seen with shadow 4.13).
 */
export const WITHOUT_LOGIN = ["-K", "SUB_UID_COUNT=0", "-K", "SUB_GID_COUNT=0", "-M", "-s", "/usr/sbin/nologin"];

function unixAccount({ name, fullName, home }: Account): Step[] {
    const shown = ["-d", home ?? NO_HOME, "-c", fullName, name];
    return [
        {
            do: "run",
            id: MADE,
            argv: ["useradd", "-u", { value: "uid" }, "-g", { value: "gid" }, ...WITHOUT_LOGIN, ...shown],
            unless: ["getent", "passwd", name],
            undo: ["userdel", name],
        },
        { do: "run", argv: ["usermod", ...shown], again: BUSY, changes: false },
    ];
}

/** Samba's expiry time, in seconds since 1970. */
const kickoff = (day: string | undefined): string => (day === undefined ? "never" : String(Date.parse(`${day}T00:00:00Z`) / 1000));

/**
 * The account flags that pdbedit can set: those before and after `U`, which it cannot (`[NDU LX ]`, pdb_encode_acct_ctrl() in
 * source3/passdb/pdb_get_set.c; pdbedit(8), -c).
 */
const flags = [
    ["flags", "\\[([NDH]*)"],
    ["further", "\\[[A-Z]*U([LX]*)"],
] as const;
const unchangedFlags: Text = ["[", { value: "flags" }, { value: "further" }, "]"];

/** Secrets go through stdin, or through a root-only file that is removed at the end. */
function passwordSteps(name: string, { password, ntHash, mustChange }: PasswordChange): Step[] {
    const set = (secret: string, unless?: string[]): Step => ({
        do: "run",
        argv: ["smbpasswd", "-s", "-a", name],
        stdin: `${secret}\n${secret}\n`,
        failIf: "Failed|Unable|error",
        quiet: true,
        ...(unless === undefined ? {} : { unless }),
    });
    const steps: Step[] = [];
    if (password !== undefined) steps.push(set(password));
    if (ntHash !== undefined) steps.push(set(randomBytes(24).toString("hex"), ["pdbedit", "-u", name]), ...importHash(name, ntHash));
    if (mustChange !== undefined)
        steps.push({ do: "run", argv: ["net", "sam", "set", "pwdmustchangenow", name, mustChange ? "yes" : "no"], changes: false });
    return steps;
}

/**
 * Samba's tools take a hash only as an argument, which `ps` shows. pdbedit, however, imports accounts from a file in smbpasswd format. The
 * import gives the account another SID (seen with 4.17), so the SID is restored.
 */
function importHash(name: string, ntHash: string): Step[] {
    const file = importFile(name);
    const line = smbpasswdLine(name, { value: "uid" }, ntHash, Math.floor(Date.now() / 1000));
    return [
        sidOf(name, "own"),
        IMPORT_PLACE,
        { do: "write", path: file, content: line, mode: "0600" },
        { do: "run", argv: ["pdbedit", "-i", `smbpasswd:${file}`], quiet: true },
        { do: "remove", path: file },
        { do: "run", argv: ["pdbedit", "-u", name, "-U", { value: "own" }], changes: false },
    ];
}

/**
 * Removes the account. The first step blocks logins, and the removal fails if sessions to end cannot be listed. Its uid and gid stay
 * reserved for its name. An account with another nonce belongs to another resource and stays.
 */
export const userRemovalUnit = (name: string, nonce: string, spread?: Spread): Unit => ({
    key: `user:${nonce}`,
    assembled: true,
    steps: [ours(name, nonce), ...passdbRemovalSteps(name), ...unixRemovalSteps(name), ...(spread?.drop("user", name) ?? [])],
});

/** Once per user base, before the Unix account is removed: Samba cannot find its account without it. */
function passdbRemovalSteps(name: string): Step[] {
    const known = ["pdbedit", "-u", name];
    return [
        ...flags.map(([id, take]): Step => ({
            do: "run",
            id,
            argv: ["pdbedit", "-w", "-u", name],
            onlyIf: known,
            take,
            changes: false,
            quiet: true,
        })),
        { do: "run", argv: ["smbpasswd", "-d", name], onlyIf: known, undo: ["pdbedit", "-u", name, "-c", unchangedFlags] },
        { ...WHO_IS_CONNECTED, onlyIf: known },
        { do: "run", argv: ["smbpasswd", "-x", name], onlyIf: ["pdbedit", "-u", name] },
    ];
}

/** Per host. */
const unixRemovalSteps = (name: string): Step[] => [
    // Without -f, userdel refuses while a process runs as that user; smbd's threads do for a second after a request. -f alone keeps the
    // home.
    { do: "run", argv: ["userdel", "-f", name], onlyIf: isLocal(name, "/etc/passwd") },
    { do: "run", argv: ["groupdel", name], onlyIf: isLocal(name, "/etc/group") },
    { do: "remove", path: openingPath(name) },
    { do: "remove", path: accountPath(name) },
];

/**
 * Samba looks up a user's Unix account in lower case first (Get_Pwnam_internals() in source3/lib/username.c), so that account must not be
 * another owner's.
 */
const smaller = (name: string): string[] => (name === name.toLowerCase() ? [] : [name.toLowerCase()]);

/** An account without a file of ours belongs to the distribution or was made by hand. */
function notForeign(name: string, account: string): Step {
    return {
        do: "run",
        argv: ["getent", "passwd", account],
        onlyIf: ["test", "!", "-e", accountPath(name)],
        ok: [2],
        changes: false,
        message: foreign(`an account ${account}`),
    };
}

/** A group of the distribution (`video`, `staff`): a new account of that name could not have its own group. */
function notOthersGroup(name: string): Step {
    return {
        do: "run",
        argv: ["getent", "group", name],
        onlyIf: ["test", "!", "-e", accountPath(name)],
        unless: ["getent", "passwd", name],
        ok: [2],
        changes: false,
        message: `the gateway already has a group ${name} that pvesmb did not create, and the primary group of a user has the user's name; choose another name`,
    };
}

const ours = (name: string, claim: string): Step => ownedBy(accountPath(name), claim, anothers(`an account ${name}`));
