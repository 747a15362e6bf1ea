import { dirname } from "node:path";
import type { RunStep, Step } from "../hosts/batch";
import { isLocal, reserve } from "./ids";
import { accountPath, groupPath, openingPath } from "./paths";

/**
 * An account or a group under another name. What belongs to it belongs to its numbers, which go over to the new name, and the old one is free
 * for somebody else. All of it happens only while the old name still is ours: done before, or gone, there is nothing to do.
 */

/** How usermod ends while a process has that user, as threads of smbd have for a second after a request. */
export const BUSY = [8];

/** Its value is our nonce, while the old mark has it. */
const OLD = "old";
const stillOurs = (mark: string, nonce: string): Step => ({
    do: "run",
    id: OLD,
    argv: ["grep", "-oF", nonce, mark],
    ok: [0, 1, 2],
    changes: ".",
});

const due = (steps: Step[]): Step[] => steps.map((step): Step => ({ ...step, ifChanged: OLD }));

/** Comes before the steps of a renamed user: they run only while the account still is ours under its old name. */
export const accountStillOurs = (was: string, nonce: string): Step => stillOurs(accountPath(was), nonce);

/** The Unix side of a user and of the group that is the user's own. usermod(8) and groupmod(8) keep memberships. */
export function renamedAccount({ name: was, home, fullName }: AccountBefore, name: string): Step[] {
    return due([
        {
            do: "run",
            argv: ["usermod", "-l", name, was],
            again: BUSY,
            onlyIf: isLocal(was, "/etc/passwd"),
            undo: ["usermod", "-l", was, "-d", home, "-c", fullName, name],
        },
        ...groupmod(was, name),
        reserve("gid", name, "gid", undefined, was),
        reserve("uid", name, "uid", undefined, was),
        ...(accountPath(was) === accountPath(name)
            ? []
            : [accountPath(was), openingPath(was)].map((path) => ({ do: "remove", path }) as const)),
    ]);
}

export const renamedGroup = (was: string, name: string, nonce: string): Step[] => [
    stillOurs(groupPath(was), nonce),
    ...due([
        ...groupmod(was, name),
        reserve("gid", name, "gid", undefined, was),
        ...(groupPath(was) === groupPath(name) ? [] : [{ do: "remove", path: groupPath(was) } as const]),
    ]),
];

const groupmod = (was: string, name: string): Step[] => [
    {
        do: "run",
        argv: ["groupmod", "-n", name, was],
        onlyIf: isLocal(was, "/etc/group"),
        undo: ["groupmod", "-n", was, name],
    },
];

/** The folder of a user's own moves along, within the folder of all homes. */
export const renamedHome = (was: string | undefined, home: string | undefined): Step[] =>
    was === undefined || home === undefined || was === home || dirname(was) !== dirname(home)
        ? []
        : due([{ do: "rename", from: was, to: home, ifThere: true }]);

const IMPORTS = "/run/pvesmb";
export const importFile = (name: string): string => `${IMPORTS}/import-${name}`;
export const IMPORT_PLACE: Step = { do: "directory", path: IMPORTS, mode: "0700" };

export const USER_SID = "^User SID:\\s+(S-\\S+)";

/** Samba's own entry for a user, under the name `id`. */
export const sidOf = (name: string, id: string): Step => ({
    do: "run",
    id,
    argv: ["pdbedit", "-v", "-u", name],
    take: USER_SID,
    changes: false,
});

/** Of the account as it was, for a rollback. */
export interface AccountBefore {
    name: string;
    fullName: string;
    home: string;
    /** Seconds since 1970, or `never`. */
    kickoff: string;
}

/**
 * Before the Unix account has another name: Samba's entry as it is, and how a rollback makes it again (last step first). That has to wait for
 * the Unix account's own rollback, since Samba imports no entry without one and says nothing.
 */
export function notedEntry({ name, fullName, kickoff }: AccountBefore): Step[] {
    const file = importFile(name);
    const undone = (how: Pick<RunStep, "undo" | "undoStdin">): Step => ({ do: "run", argv: ["true"], changes: false, quiet: true, ...how });
    return [
        {
            do: "run",
            id: ENTRY,
            argv: ["pdbedit", "-L", "-w", "-u", name],
            onlyIf: ["pdbedit", "-u", name],
            ifChanged: OLD,
            take: "^[^:]*(:.*)$",
            changes: "^[^:]+:[^:]*:.*$",
            quiet: true,
        },
        ...withEntry([
            sidOf(name, SID),
            undone({ undo: ["rm", "-f", file] }),
            // The import gives it yet another identifier, and takes no name and no expiry.
            undone({ undo: ["pdbedit", "-u", name, "-U", { value: SID }, "-f", fullName, "-K", kickoff] }),
            undone({ undo: ["pdbedit", "-i", `smbpasswd:${file}`] }),
            undone({ undo: ["install", "-D", "-m", "0600", "/dev/stdin", file], undoStdin: [name, { value: ENTRY }, "\n"] }),
        ]),
    ];
}

/**
 * Samba's entry: its password, its flags and its identifier go over. No tool of Samba's renames one; it is imported under the new name, from a
 * file in smbpasswd's format (pdbedit reads no pipe, seen with 4.17), and the old one goes. To be done after the Unix account: Samba looks that up.
 */
export function renamedEntry(was: string, name: string): Step[] {
    const file = importFile(name);
    const entry: Step = { do: "run", argv: ["pdbedit", "-i", `smbpasswd:${file}`], undo: ["pdbedit", "-x", "-u", name], quiet: true };
    const removal: Step = { do: "run", argv: ["pdbedit", "-x", "-u", was] };
    // Samba has one entry for names that differ in capitals alone; else there is none without the other.
    const sameForSamba = was.toLowerCase() === name.toLowerCase();
    return withEntry([
        IMPORT_PLACE,
        { do: "write", path: file, content: [name, { value: ENTRY }, "\n"], mode: "0600" },
        ...(sameForSamba ? [removal, entry] : [entry, removal]),
        { do: "run", argv: ["pdbedit", "-u", name, "-U", { value: SID }], quiet: true },
        { do: "remove", path: file },
    ]);
}

const withEntry = (steps: Step[]): Step[] => steps.map((step): Step => ({ ...step, ifChanged: ENTRY }));

const ENTRY = "entry";
const SID = "sid-before";
