import type { Step, Unit } from "../hosts/batch";
import { accountPath } from "./paths";
import type { FragmentOwner } from "./share";

export interface Account {
    name: string;
    uid?: number;
    gid?: number;
    groups: string[];
    enabled: boolean;
    fullName: string;
}

/** Numbers for accounts: above the distribution's, within the 65,536 ids of an unprivileged container (pve-api.md 3.3). */
const FIRST_ID = 10_000;
const LAST_ID = 59_999;

/** Where names keep their numbers for ever: beside the data, so that a rebuilt gateway gives files back to the right people. */
export const IDS_FILE = "/srv/pvesmb/.pvesmb/ids.json";

/**
 * What brings an account to what is wanted. `password` is set when given (it travels by stdin). `leaving` are groups it was in before.
 * The Unix account has no login shell and no home.
 */
export function userUnit(
    wanted: Account,
    owner: FragmentOwner,
    claim: string,
    change: { password?: string; leaving: string[]; adopt: boolean },
): Unit {
    const { name } = wanted;
    const group = (each: string, number: string, from: Partial<Step> = {}): Step[] => [
        {
            do: "reserve",
            id: number,
            file: IDS_FILE,
            space: "gid",
            name: each,
            from: FIRST_ID,
            to: LAST_ID,
            taken: "group",
            ...from,
        } as Step,
        { do: "run", argv: ["groupadd", "-g", { value: number }, each], unless: ["getent", "group", each], undo: ["groupdel", each] },
    ];
    const steps: Step[] = [
        ours(name, claim),
        ...(change.adopt ? [] : [notForeign(name)]),
        { do: "write", path: accountPath(name), content: `${JSON.stringify({ v: 1, ...owner })}\n`, mode: "0600" },
        ...group(name, "gid", wanted.gid === undefined ? {} : { want: wanted.gid }),
        {
            do: "reserve",
            id: "uid",
            file: IDS_FILE,
            space: "uid",
            name,
            from: FIRST_ID,
            to: LAST_ID,
            taken: "passwd",
            ...(wanted.uid === undefined ? {} : { want: wanted.uid }),
        },
        {
            do: "run",
            argv: [
                "useradd",
                "-u",
                { value: "uid" },
                "-g",
                { value: "gid" },
                "-M",
                "-d",
                "/nonexistent",
                "-s",
                "/usr/sbin/nologin",
                "-c",
                wanted.fullName,
                name,
            ],
            unless: ["getent", "passwd", name],
            undo: ["userdel", name],
        },
        { do: "run", argv: ["usermod", "-c", wanted.fullName, name], changes: false },
    ];
    wanted.groups.forEach((each, i) => {
        steps.push(...group(each, `group${i}`), { do: "run", argv: ["gpasswd", "-a", name, each], changes: false });
    });
    for (const each of change.leaving) steps.push({ do: "run", argv: ["gpasswd", "-d", name, each], ok: [0, 3, 6] });
    if (change.password !== undefined)
        steps.push({
            do: "run",
            argv: ["smbpasswd", "-s", "-a", name],
            stdin: `${change.password}\n${change.password}\n`,
            failIf: "Failed|Unable|error",
            quiet: true,
        });
    steps.push(
        { do: "run", argv: ["smbpasswd", wanted.enabled ? "-e" : "-d", name], changes: false },
        { do: "run", id: "sid", argv: ["pdbedit", "-v", "-u", name], changes: false },
    );
    return { key: `user:${owner.nonce}`, steps };
}

/** Removes the account. Its numbers stay reserved for its name. An account with another nonce is somebody else's and stays. */
export function userRemovalUnit(name: string, owner: FragmentOwner): Unit {
    return {
        key: `user:${owner.nonce}`,
        steps: [
            ours(name, owner.nonce),
            { do: "run", argv: ["smbpasswd", "-x", name], onlyIf: ["pdbedit", "-u", name] },
            { do: "run", argv: ["userdel", name], onlyIf: ["getent", "passwd", name] },
            { do: "run", argv: ["groupdel", name], onlyIf: ["getent", "group", name] },
            { do: "remove", path: accountPath(name) },
        ],
    };
}

/** An account that is there without a file of ours is the distribution's or somebody's by hand. */
function notForeign(name: string): Step {
    return {
        do: "run",
        argv: ["getent", "passwd", name],
        onlyIf: ["test", "!", "-e", accountPath(name)],
        ok: [2],
        changes: false,
        message: `the gateway already has an account ${name} that pvesmb did not make; choose another name, or set adopt: true`,
    };
}

function ours(name: string, text: string): Step {
    return {
        do: "owned",
        path: accountPath(name),
        text,
        message: `the gateway already has an account ${name} of another owner; choose another name, or delete that one`,
    };
}
