import { dirname } from "node:path";
import type { Step } from "../hosts/batch";
import { isLocal, reserve } from "./ids";
import { accountPath, groupPath } from "./paths";

/**
 * An account or a group under another name. What belongs to it belongs to its numbers, which go over to the new name, and the old one is free
 * for somebody else. All of it happens only while the old name still is ours: done before, or gone, there is nothing to do.
 */

/** Its value is our nonce, while the old mark has it. */
const OLD = "old";
const isOurs = (mark: string, nonce: string): Step => ({
    do: "run",
    id: OLD,
    argv: ["grep", "-oF", nonce, mark],
    ok: [0, 1, 2],
    changes: ".",
});

const due = (steps: Step[]): Step[] => steps.map((step): Step => ({ ...step, ifChanged: OLD }));

/** The Unix side of a user and of the group that is the user's own. usermod(8) and groupmod(8) keep memberships. */
export function renamedAccount(was: string, name: string, nonce: string): Step[] {
    return [
        isOurs(accountPath(was), nonce),
        ...due([
            {
                do: "run",
                argv: ["usermod", "-l", name, was],
                onlyIf: isLocal(was, "/etc/passwd"),
                undo: ["usermod", "-l", was, name],
            },
            ...groupmod(was, name),
            reserve("gid", name, "gid", undefined, was),
            reserve("uid", name, "uid", undefined, was),
            ...(accountPath(was) === accountPath(name) ? [] : [{ do: "remove", path: accountPath(was) } as const]),
        ]),
    ];
}

export const renamedGroup = (was: string, name: string, nonce: string): Step[] => [
    isOurs(groupPath(was), nonce),
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

/**
 * Samba's entry: its password, its flags and its identifier go over. No tool of Samba's renames one; it is imported under the new name, from a
 * file in smbpasswd's format (pdbedit reads no pipe, seen with 4.17), and the old one goes. To be done after the Unix account: Samba looks that up.
 */
export function renamedEntry(was: string, name: string): Step[] {
    const [before, after] = [importFile(was), importFile(name)];
    const line = (of: string) => [`${of}:`, { value: "uid" }, { value: ENTRY }, "\n"];
    const entry: Step = { do: "run", argv: ["pdbedit", "-i", `smbpasswd:${after}`], undo: ["pdbedit", "-x", "-u", name], quiet: true };
    const removal: Step = { do: "run", argv: ["pdbedit", "-x", "-u", was], undo: ["pdbedit", "-i", `smbpasswd:${before}`] };
    // Which has one entry for names that differ in capitals alone; else there is none without the other.
    const sameForSamba = was.toLowerCase() === name.toLowerCase();
    const steps: Step[] = [
        sidOf(was, SID),
        IMPORT_PLACE,
        { do: "write", path: before, content: line(was), mode: "0600" },
        { do: "write", path: after, content: line(name), mode: "0600" },
        // A rollback imports the old one again, under yet another identifier: this is what it does last.
        { do: "run", argv: ["pdbedit", "-u", was], undo: ["pdbedit", "-u", was, "-U", { value: SID }], changes: false },
        ...(sameForSamba ? [removal, entry] : [entry, removal]),
        {
            do: "run",
            argv: ["pdbedit", "-u", name, "-U", { value: SID }],
            // The files are gone by the end, and a rollback needs this one.
            undo: ["install", "-D", "-m", "0600", "/dev/stdin", before],
            undoStdin: line(was),
            quiet: true,
        },
        { do: "remove", path: before },
        { do: "remove", path: after },
    ];
    return [
        {
            do: "run",
            id: ENTRY,
            argv: ["pdbedit", "-L", "-w", "-u", was],
            onlyIf: ["pdbedit", "-u", was],
            ifChanged: OLD,
            take: "^[^:]*:[^:]*(:.*)$",
            changes: "^[^:]+:[^:]*:.*$",
            quiet: true,
        },
        ...steps.map((step): Step => ({ ...step, ifChanged: ENTRY })),
    ];
}

const ENTRY = "entry";
const SID = "sid-before";
