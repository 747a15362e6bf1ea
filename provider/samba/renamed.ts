import { dirname } from "node:path";
import type { RunStep, Step } from "../hosts/batch";
import { isLocal, reserve } from "./ids";
import { accountPath, groupPath, openingPath } from "./paths";

/**
 * Renames an account or a group. Its files belong to its uid or gid, which pass to the new name; the old name becomes free. The steps run
 * only while the old name is still ours: if the rename is done or the account is gone, nothing happens.
 */

/** usermod's exit code while a process runs as that user; smbd's threads do for a second after a request. */
export const BUSY = [8];

/** Id of the step that returns our nonce while the old mark contains it. */
const OLD = "old";
const stillOurs = (mark: string, nonce: string): Step => ({
    do: "run",
    id: OLD,
    argv: ["grep", "-oF", nonce, mark],
    ok: [0, 1, 2],
    changes: ".",
});

const due = (steps: Step[]): Step[] => steps.map((step): Step => ({ ...step, ifChanged: OLD }));

/** Precedes the steps of a renamed user, which run only while the account is still ours under its old name. */
export const accountStillOurs = (was: string, nonce: string): Step => stillOurs(accountPath(was), nonce);

/** Unix account and private group of a user. usermod(8) and groupmod(8) keep memberships. */
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

/** Moves the user's own folder too, within the folder of all homes. */
export const renamedHome = (was: string | undefined, home: string | undefined): Step[] =>
    was === undefined || home === undefined || was === home || dirname(was) !== dirname(home)
        ? []
        : due([{ do: "rename", from: was, to: home, ifThere: true }]);

const IMPORTS = "/run/pvesmb";
export const importFile = (name: string): string => `${IMPORTS}/import-${name}`;
export const IMPORT_PLACE: Step = { do: "directory", path: IMPORTS, mode: "0700" };

export const USER_SID = "^User SID:\\s+(S-\\S+)";

/** The SID of a user's Samba account, returned by the step `id`. */
export const sidOf = (name: string, id: string): Step => ({
    do: "run",
    id,
    argv: ["pdbedit", "-v", "-u", name],
    take: USER_SID,
    changes: false,
});

/** The previous account, for a rollback. */
export interface AccountBefore {
    name: string;
    fullName: string;
    home: string;
    /** Seconds since 1970, or `never`. */
    kickoff: string;
}

/**
 * Before the Unix account is renamed: saves the Samba account and registers how a rollback restores it (last step first). The restore must
 * run after the Unix account's own rollback, since pdbedit silently skips an entry without a Unix account.
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
            // The import assigns another SID and ignores full name and expiry.
            undone({ undo: ["pdbedit", "-u", name, "-U", { value: SID }, "-f", fullName, "-K", kickoff] }),
            undone({ undo: ["pdbedit", "-i", `smbpasswd:${file}`] }),
            undone({ undo: ["install", "-D", "-m", "0600", "/dev/stdin", file], undoStdin: [name, { value: ENTRY }, "\n"] }),
        ]),
    ];
}

/**
 * Moves the Samba account's password, flags and SID to the new name. No Samba tool renames an account, so it is imported under the new name
 * from a file in smbpasswd format (pdbedit cannot read a pipe, seen with 4.17), and the old one is deleted. Runs after the rename of the
 * Unix account, which Samba looks up.
 */
export function renamedEntry(was: string, name: string): Step[] {
    const file = importFile(name);
    const entry: Step = { do: "run", argv: ["pdbedit", "-i", `smbpasswd:${file}`], undo: ["pdbedit", "-x", "-u", name], quiet: true };
    const removal: Step = { do: "run", argv: ["pdbedit", "-x", "-u", was] };
    // Names that differ only in case are one account in Samba, so the old one must go first. Otherwise it goes last.
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
