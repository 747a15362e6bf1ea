/** The step kinds of the remote executor (batch.ts). */

/**
 * A string; or what live units contributed under a name (joined in order of units); or the value of an earlier step of this unit (for
 * `run`: its trimmed stdout); or the uid or gid of an account of the host (if unknown, the step fails and names it); or a concatenation.
 */
export type Text = string | { collect: string } | { value: string } | { uid: string } | { gid: string } | Text[];

/**
 * A command-line argument. `pipe`: the path of a pipe that delivers the text (a few lines). A step of verify or commit with a pipe and
 * without `ifChanged` is started while the previous batch is answered: when its turn comes it has loaded and waits for the pipe.
 */
export type Word = Text | { pipe: Text };

interface StepBase {
    /** Name for the result, for `{value}` and for ifChanged, ifEmpty and ifFull. */
    id?: string;
    /**
     * Run only if the step with this id (of the same unit) changed something. `"*"`: if any earlier step of this unit did; in commit: if
     * any unit did.
     */
    ifChanged?: string;
    /** Run only if the steps with these ids (of the same unit) returned empty values. */
    ifEmpty?: string[];
    /** Run only if the step with this id returned a non-empty value. */
    ifFull?: string;
}

/** Whole-file write: temp file, fsync, rename, fsync of the directory. Unchanged if content, mode and owner already match. */
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
 * Joins the files of a directory (sorted by name, with the suffix `suffix`, without hidden ones) after a header into one file, written as
 * by WriteStep. For verify and commit only: in a unit the result would contain other units' files that may yet be rolled back.
 */
export interface AssembleStep extends StepBase {
    do: "assemble";
    from: string;
    suffix: string;
    to: string;
    header: string;
    mode: string;
    /** Keep only lines with `prefix`, and strip it; none at all if the file `unless` exists. */
    only?: { prefix: string; unless?: string };
    /** Further directories, whose files follow. */
    more?: { from: string; suffix: string }[];
    /** If this file exists, strip the prefix from lines that have it: settings of the host decide. */
    reveal?: { prefix: string; if: string };
    /** Lines with such a prefix move to the end without it, in the order given here; if the file `unless` exists they are dropped. */
    last?: { prefix: string; unless: string }[];
    each?: LineOfEach;
    /**
     * A file of the host that surrounds the result: what was assembled, if anything, replaces its line `at`, between `before` and `after`.
     * Without the file, `to` is removed.
     */
    into?: { file: string; at: string; before: string; after: string };
    /** For readers that compare times of change in whole seconds: a replaced file's successor is at least a second newer. */
    newer?: true;
}

/**
 * Replaces the content of each file by one line, or nothing. The regexes match line by line, bytes as Latin-1 characters: `name` and `if`
 * must match, `unless` must not. In `line`, NAME stands for group 1 of `name`, NUMBER for the count of lines so far.
 */
export interface LineOfEach {
    name: string;
    if: string;
    unless: string;
    line: string;
}

/**
 * Removes a file, or with `tree` a directory and its content (refused if a mount point is at or below it). Absent: unchanged. A tree is
 * renamed within its parent, so that it can be restored, and deleted after the batch has committed.
 */
export interface RemoveStep extends StepBase {
    do: "remove";
    path: string;
    tree?: boolean;
}

/**
 * Removes what an earlier file of the same resource left beside `path`, under another name: a killed create may have written it under an id
 * that no state has. Those are meant whose name matches `names` and in which all groups of the pattern `same` equal those in `path`. If
 * `path` is absent or does not match: unchanged.
 */
export interface SupersedeStep extends StepBase {
    do: "supersede";
    path: string;
    names: string;
    same: string;
}

/** Moves a file or directory. If `from` is absent and `to` present: unchanged. If both are present: an error. */
export interface RenameStep extends StepBase {
    do: "rename";
    from: string;
    to: string;
    /** Always unchanged if `from` is absent. */
    ifThere?: boolean;
}

/** A symlink. Replaces another link; anything else at its path is an error. */
export interface LinkStep extends StepBase {
    do: "link";
    path: string;
    to: string;
}

/** Creates a directory (missing parents root-owned, 0755) and sets owner, mode and POSIX ACL. Refuses a symlink in any component. */
export interface DirectoryStep extends StepBase {
    do: "directory";
    path: string;
    /** Name or number; default: unchanged. */
    owner?: Text;
    group?: Text;
    mode?: string;
    /**
     * POSIX ACLs, one entry per user or group (`user:alice:rwx`, `group:staff:r-x`); names are resolved on the host; mode defines the base
     * entries. `ownersOnly`: by the default ACL, which is then always there, the owning group and others get nothing.
     */
    acl?: { access: AclEntry[]; default: AclEntry[]; ownersOnly?: boolean };
    /** Only change an existing directory; if it is absent, fail with this message. */
    mustExist?: string;
    /** Only create the directory; if an existing one would be changed, fail with this message. */
    keep?: Text;
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
     * Working directory, entered without following a link, also for `unless`, `onlyIf` and `undo`; default `/`. Use `.` as argument and
     * never a path if others can write to a parent of the directory. Absent or behind a link: an error, unless `absent` says to skip.
     */
    in?: string;
    absent?: "skip";
    /** Extra environment; LC_ALL=C is always set. */
    env?: Record<string, string>;
    /** Exit codes that mean success; default [0]. */
    ok?: number[];
    /** Exit codes to retry for some seconds, for conditions that pass by themselves. */
    again?: number[];
    /** Skip (unchanged) if this command exits 0. */
    unless?: Word[];
    /** Skip (unchanged) if this command does not exit 0. */
    onlyIf?: Word[];
    /**
     * Undoes the command when the unit is rolled back, if it ran and succeeded. After a crash it may run although the step had not started
     * yet.
     */
    undo?: Text[];
    undoStdin?: Text;
    /** Regex; group 1 becomes the step's value instead of the whole stdout (no match: empty). */
    take?: string;
    /** `false`: the command only reads. A pattern: changed only if stdout matches it. */
    changes?: boolean | string;
    /** Seconds; default 60. */
    timeout?: number;
    /** Error text instead of the command line; the match of `failIf` is appended. */
    message?: string;
    /** Fail if stdout+stderr match this pattern although the exit code is fine (Samba's tools often exit 0 on errors). */
    failIf?: string;
    /** Keep its output out of results and error texts. */
    quiet?: boolean;
}

/**
 * A btrfs subvolume, created from its open parent directory; the value is its id. It replaces an empty directory and takes over owner,
 * mode, ACL and attributes; an absent one is created for `owner` alone (0700). Without `owner` it must exist.
 */
export interface SubvolumeStep extends StepBase {
    do: "subvolume";
    path: string;
    /** Uid. */
    owner?: string;
}

/**
 * Assigns a directory and its content, within one file system, to a project of XFS or ext4, by file descriptor; 0: to none. Absent with 0:
 * unchanged.
 */
export interface ProjectStep extends StepBase {
    do: "project";
    path: string;
    project: number;
}

/**
 * Copies a directory's content into another existing directory, with owners, modes, times, ACLs, attributes and hard links, and then gives
 * that directory the attributes of `from`; until then only root can enter it. It resumes after an interruption and keeps newer files in
 * `to`. If `from` is absent: unchanged. If `to` is absent: a rename. Not undone in a rollback, since `from` stays as it is.
 */
export interface CarryStep extends StepBase {
    do: "carry";
    from: string;
    to: string;
}

/**
 * Sets owner, group and ACL (from mode and named entries) on everything below a directory except links; x as setfacl's `X`. Not undone in a
 * rollback.
 */
export interface BelowStep extends StepBase {
    do: "below";
    path: string;
    owner: Text;
    group: Text;
    mode: string;
    acl: AclEntry[];
    /** As in a DirectoryStep. */
    ownersOnly?: boolean;
    /** Directories below it, by relative path, to leave alone with their content. */
    skip: string[];
}

/**
 * Requires that no name below a directory contains a letter of the other case; otherwise the unit fails with `message` and the names.
 * Absent: fine.
 */
export interface SpeltStep extends StepBase {
    do: "spelt";
    path: string;
    case: "lower" | "upper";
    /** Names directly in the directory are exempt. */
    below?: boolean;
    /** Directories below it, by relative path, to leave alone with their content. */
    skip: string[];
    message: string;
}

/**
 * For verify: asks a command about the units. The command stays alive for later batches, so it must not wait for the end of stdin. If a
 * kept command reports a fault, it is restarted and asked once more.
 */
export interface AskStep extends StepBase {
    do: "ask";
    argv: Word[];
    stdin: Text;
    /**
     * Pattern for lines of stdout. The n-th match is the answer for the n-th live unit with `asks`. If the group `fault` matches, the unit
     * fails with its text; if the command ends before its answer, with "no answer".
     */
    answers: string;
}

/**
 * Reserves a number for a name for ever, in a JSON file stored with the data (`{"reserved": {space: {name: number}}}`). A number is never
 * reused and never one that the host uses; if the host has an account of that name, its number is preferred. Returns the number as value.
 */
export interface ReserveStep extends StepBase {
    do: "reserve";
    file: string;
    /** e.g. "uid"; numbers are unique per space. */
    space: string;
    name: string;
    from: number;
    to: number;
    /** What a number may be at all. The file can hold others if somebody else wrote it; they are refused. */
    least: number;
    most: number;
    /** Require this number; an error if it belongs to another name. */
    want?: number;
    /** The previous name, if renamed: its number passes to `name`, and the old name becomes free. */
    formerly?: string;
    /** Numbers in the host's passwd or group count as taken unless they belong to `name`. */
    taken: "passwd" | "group";
}

/**
 * Remembers a fact in a JSON file stored with the data (`{"facts": {key: value}}`): writes `value` if the key is new (changed), otherwise
 * returns the stored one.
 */
export interface RememberStep extends StepBase {
    do: "remember";
    file: string;
    key: string;
    value: Text;
}

/**
 * A background process that lives as long as the executor, started once per name. It is ready when its TCP port on loopback accepts
 * connections and `ready`, retried until then, exits 0. Another executor's process of that name is ended: it is idle, since batches take
 * turns. Never counts as a change.
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

/** Fails the unit with `message` unless the condition holds. */
export interface RequireStep extends StepBase {
    do: "require";
    path: string;
    is: "directory" | "file" | "absent" | "mountpoint";
    message: string;
}

/**
 * Accounts that must exist on the host; otherwise the unit fails with `message` and the missing names, after the properties that name them.
 */
export interface KnownStep extends StepBase {
    do: "known";
    users: string[];
    groups: string[];
    /** The property by the account: `user alice` -> `access[0].user`. */
    places?: Record<string, string>;
    message: string;
}

/** A directory that a share or home claims for itself, for an ApartStep. */
export interface Place {
    kind: string;
    path: string;
    /** Kind of places that may lie inside it. */
    holds?: string;
    /** It only shows a directory that may belong to another share. */
    view?: boolean;
    /** Not even views of it are allowed. */
    alone?: boolean;
}

/**
 * Where to find other places: in the files of a folder, by the patterns `path` and `name` (if group 2 of `path` matches, the place `holds`
 * others), or as homes of the host's accounts within a directory.
 */
export type Others =
    { kind: string; from: string; suffix: string; path: string; name: string; holds?: string } | { kind: string; within: string };

/**
 * A directory must not overlap with another one: `same`, the other one lies `inside` this one or `around` it. `twice`: another one,
 * anywhere, holds the same kind. `refuse` selects which of these fail the unit, and with what text ({other}: the overlapping place).
 * Directories are compared by device and inode, not by name. Value: whose directory a view shows, empty if it is its own. Places in `own`
 * are ignored.
 */
export interface ApartStep extends StepBase {
    do: "apart";
    mine: Place;
    others: readonly Others[];
    own: { files: string[]; key?: string; nonce?: string; account?: string };
    refuse: Partial<Record<"same" | "inside" | "around" | "twice", string>>;
}

/**
 * One of these fields in the record at the start of a file must equal `value`. Compared as a whole, since `...::docs` is part of
 * `...::docs-old`.
 */
export interface Owned {
    path: string;
    fields: readonly string[];
    value: string;
}

/** If the file exists, it must be ours; otherwise the unit fails with `message` (`{owner}`: the key of the owner). */
export interface OwnedStep extends StepBase, Owned {
    do: "owned";
    message: string;
}

/** A file of ours contains its owner's key (the URN) and nonce; `claim` is one of the two. */
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
    | SupersedeStep
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
