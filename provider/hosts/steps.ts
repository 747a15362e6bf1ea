/** The kinds of steps that the remote executor knows (batch.ts). */

/**
 * A string; or what live units contributed under a name (joined in order of units); or the value an earlier step of this unit returned
 * (of a run: its stdout, trimmed); or the number of an account of the host (unknown: the step fails, naming it); or parts, joined.
 */
export type Text = string | { collect: string } | { value: string } | { uid: string } | { gid: string } | Text[];

/**
 * A part of a command line; `pipe`: the path of a pipe that gives the text (some lines). A step of verify or commit that has one, and no
 * `ifChanged`, is begun while the batch before is answered: it has loaded by its turn and waits at reading the pipe.
 */
export type Word = Text | { pipe: Text };

interface StepBase {
    /** Name under which the result is reported and `{value}` finds it. */
    id?: string;
    /** Run only if the step with this id (of the same unit) changed something. `"*"`: if any step before it in this unit did; in commit: if any unit did. */
    ifChanged?: string;
    /** Run only if the steps with these ids (of the same unit) gave empty values. */
    ifEmpty?: string[];
    /** Run only if it gave one that is not empty. */
    ifFull?: string;
}

/** Whole-file write: temp file, fsync, rename, fsync of the directory. Unchanged when content, mode and owner already are so. */
export interface WriteStep extends StepBase {
    do: "write";
    path: string;
    content: Text;
    /** Octal string, e.g. "0644". */
    mode: string;
    /** Name or number; default root. */
    owner?: Text;
    group?: Text;
}

/**
 * Joins the files of a directory (sorted by name, those ending in `suffix`, hidden ones not) behind a header into one file, written as by
 * WriteStep. For verify and commit: in a unit it would hold what other units may yet have to take back.
 */
export interface AssembleStep extends StepBase {
    do: "assemble";
    from: string;
    suffix: string;
    to: string;
    header: string;
    mode: string;
    /** Nothing but the lines that begin with `prefix`, without it; not even those if the file `unless` is there. */
    only?: { prefix: string; unless?: string };
    /** Further directories, whose files come behind those. */
    more?: { from: string; suffix: string }[];
    /** Lines that begin with this prefix lose it if that file is there: what the host's own settings decide about. */
    reveal?: { prefix: string; if: string };
    /** Lines that begin with such a prefix lose it and come last of all, in the order given here; if that file is there they are left out. */
    last?: { prefix: string; unless: string }[];
}

/**
 * Removes a file, or with `tree` a directory and all in it (refused when a mount point is at or below it). Absent: unchanged. A tree is moved
 * aside within its parent, so that it can be brought back, and really removed when the batch stands.
 */
export interface RemoveStep extends StepBase {
    do: "remove";
    path: string;
    tree?: boolean;
}

/** Moves a file or directory. From absent and to present: unchanged. Both present: an error. */
export interface RenameStep extends StepBase {
    do: "rename";
    from: string;
    to: string;
    /** From absent is unchanged in any case. */
    ifThere?: boolean;
}

/** A symlink; what else stands there, other links apart, is an error. */
export interface LinkStep extends StepBase {
    do: "link";
    path: string;
    to: string;
}

/** Makes a directory (parents too, root-owned 0755) and/or brings owner, mode and POSIX ACL to what is given. Refuses a symlink in any component. */
export interface DirectoryStep extends StepBase {
    do: "directory";
    path: string;
    /** Name or number; left alone when absent. */
    owner?: Text;
    group?: Text;
    mode?: string;
    /** POSIX ACLs in text form per entry: `user:alice:rwx`, `group:staff:r-x`, names resolved on the host; the base entries follow from mode. */
    acl?: { access: AclEntry[]; default: AclEntry[] };
    /** Only change what is there; an absent directory is an error that says `message`. */
    mustExist?: string;
}

export interface AclEntry {
    kind: "user" | "group";
    name: string;
    /** `rwx`, `r-x`, ... */
    permissions: string;
}

/** Runs a command (never through a shell). Counts as a change unless `changes` says otherwise. */
export interface RunStep extends StepBase {
    do: "run";
    argv: Word[];
    stdin?: Text;
    /**
     * The directory that it begins in, reached without following a link, and its `unless`, `onlyIf` and `undo` too; default `/`. What works
     * on a directory that others may write above is told `.`, never a path. Absent or behind a link: an error, unless `absent` says to skip.
     */
    in?: string;
    absent?: "skip";
    /** Environment to add; LC_ALL=C is set. */
    env?: Record<string, string>;
    /** Exit codes that are fine; default [0]. */
    ok?: number[];
    /** Exit codes with which it is tried again for some seconds: what it waits for ends by itself. */
    again?: number[];
    /** Skip (unchanged) when this command exits 0. */
    unless?: Word[];
    /** Skip (unchanged) when this command does not exit 0. */
    onlyIf?: Word[];
    /** What undoes it at a rollback of the unit, if it ran and went well. After a crash it may run although the step had not begun yet. */
    undo?: Text[];
    undoStdin?: Text;
    /** A pattern; what its first group matches in stdout is the value in place of all of it (no match: empty). */
    take?: string;
    /** `false`: a look, no change. A pattern: changed only if stdout matches it. */
    changes?: boolean | string;
    /** Seconds; default 60. */
    timeout?: number;
    /** What the error says in place of the command line, when it fails; with what `failIf` matched. */
    message?: string;
    /** Fail when stdout+stderr match this pattern although the exit code is fine (Samba's tools often exit 0 on errors). */
    failIf?: string;
    /** Keep its output out of results and errors. */
    quiet?: boolean;
}

/**
 * A subvolume of btrfs, by its open parent; the value is its id. An empty directory is replaced by one that has its owner, mode, ACL and
 * attributes; what is absent is made and belongs to `owner` alone (0700). Without `owner` it must be there.
 */
export interface SubvolumeStep extends StepBase {
    do: "subvolume";
    path: string;
    /** Number. */
    owner?: string;
}

/** Gives a directory and all in it on its file system to a project of XFS or ext4, by open directories; 0: to none. Absent with 0: unchanged. */
export interface ProjectStep extends StepBase {
    do: "project";
    path: string;
    project: number;
}

/**
 * Copies all of a directory into another one that is there, with owners, modes, times, ACLs, attributes and hard links, and makes that one look
 * as `from` does; until then it is root's alone. Where it was cut off it goes on; what is newer in `to` stays. `from` absent: unchanged. `to`
 * absent: it is renamed. It is not taken back, since `from` stays as it is.
 */
export interface CarryStep extends StepBase {
    do: "carry";
    from: string;
    to: string;
}

/** Owner, group, and the ACL of a mode and named entries for all below a directory, links apart; x as setfacl's `X`. It is not taken back. */
export interface BelowStep extends StepBase {
    do: "below";
    path: string;
    owner: Text;
    group: Text;
    mode: string;
    acl: AclEntry[];
    /** Directories below it, by their path from there, that are left alone with all in them. */
    skip: string[];
}

/** Nothing below a directory has a letter of the other case in its name; else the unit fails with `message` and the names. Absent: fine. */
export interface SpeltStep extends StepBase {
    do: "spelt";
    path: string;
    case: "lower" | "upper";
    /** The names in the directory itself are free, those below them are not. */
    below?: boolean;
    /** Directories below it, by their path from there, that are left alone with all in them. */
    skip: string[];
    message: string;
}

/**
 * For verify: asks a command about the units. It stays for the batches to come, so it must do without the end of stdin. If something is
 * wrong with the answers of one that has stayed, it is begun anew and asked again.
 */
export interface AskStep extends StepBase {
    do: "ask";
    argv: Word[];
    stdin: Text;
    /**
     * A pattern for lines of stdout. The n-th that matches is the answer for the n-th live unit that has `asks` set. A match with a group
     * named `fault` fails that unit with the group's text; so does the end of the command before its answer ("no answer").
     */
    answers: string;
}

/**
 * Gives out a number that stays with a name for ever: kept in a JSON file beside the data (`{"reserved": {space: {name: number}}}`), never
 * reused, never one that is taken on the host; a number that the host's account of that name has already is preferred. Returns it as value.
 */
export interface ReserveStep extends StepBase {
    do: "reserve";
    file: string;
    /** e.g. "uid"; numbers are unique per space. */
    space: string;
    name: string;
    from: number;
    to: number;
    /** Insist on this number; an error when it belongs to another name. */
    want?: number;
    /** The name that the number belonged to so far, if any: it goes over to `name`, and that one is free. */
    formerly?: string;
    /** Numbers in use on the host in passwd or group count as taken unless they belong to `name`. */
    taken: "passwd" | "group";
}

/** Keeps a fact in a JSON file beside the data (`{"facts": {key: value}}`): writes value if there is none under `key` (then it changed), else returns what is there. */
export interface RememberStep extends StepBase {
    do: "remember";
    file: string;
    key: string;
    value: Text;
}

/**
 * A process tied to the executor's life (dies with it), started once per name; ready when the TCP port on loopback accepts and `ready`, tried
 * until then, ends with 0. That of another executor on the host is ended: it is idle, since batches take turns. Never counts as a change.
 */
export interface DaemonStep extends StepBase {
    do: "daemon";
    name: string;
    argv: string[];
    port: number;
    ready?: Word[];
    /** Seconds; default 10. */
    timeout?: number;
}

/** A condition that must hold; otherwise the unit fails with `message`. */
export interface RequireStep extends StepBase {
    do: "require";
    path: string;
    is: "directory" | "file" | "absent" | "mountpoint";
    message: string;
}

/** Accounts that the host must know; otherwise the unit fails with `message` and the names of those it does not. */
export interface KnownStep extends StepBase {
    do: "known";
    users: string[];
    groups: string[];
    message: string;
}

/** A directory that something has for itself, as a step asks for it. */
export interface Place {
    kind: string;
    path: string;
    /** Kind of the places that may lie in it. */
    holds?: string;
    /** It only shows a directory that may be another's. */
    view?: boolean;
    /** No view of it may be there either. */
    alone?: boolean;
}

/**
 * Where others are: in the files of a folder, whose `path` and `name` are patterns (the second group of `path`, when it matches, makes the
 * place one that `holds` others), or homes of the host's accounts within a directory.
 */
export type Others =
    { kind: string; from: string; suffix: string; path: string; name: string; holds?: string } | { kind: string; within: string };

/**
 * A directory must not overlap with another's: `same`, the other one `inside` this one or `around` it. Which of these fails the unit, and
 * with what text ({other}: what lies there), `refuse` says; `twice`: wherever it
 * is, the other one holds what this one does. Directories are compared by what they are, not by their names. Value: whose
 * directory a view shows, empty when it is its own. `own` is not another's.
 */
export interface ApartStep extends StepBase {
    do: "apart";
    mine: Place;
    others: readonly Others[];
    own: { files: string[]; key?: string; nonce?: string; account?: string };
    refuse: Partial<Record<"same" | "inside" | "around" | "twice", string>>;
}

/** What one of these fields of the record that a file begins with must say: compared whole, since `...::docs` is part of `...::docs-old`. */
export interface Owned {
    path: string;
    fields: readonly string[];
    value: string;
}

/** A file that, when present, must be ours; else the unit fails with `message`: somebody else's. */
export interface OwnedStep extends StepBase, Owned {
    do: "owned";
    message: string;
}

/** A file of ours names its owner's key (the URN) and nonce: a claim is one of them. */
export const ownedBy = (path: string, claim: string, message: string): OwnedStep => ({
    do: "owned",
    path,
    fields: ["key", "nonce"],
    value: claim,
    message,
});

export type Step =
    | WriteStep
    | AssembleStep
    | RemoveStep
    | RenameStep
    | DirectoryStep
    | LinkStep
    | SubvolumeStep
    | ProjectStep
    | CarryStep
    | BelowStep
    | SpeltStep
    | RunStep
    | AskStep
    | ReserveStep
    | RememberStep
    | DaemonStep
    | RequireStep
    | KnownStep
    | ApartStep
    | OwnedStep;
