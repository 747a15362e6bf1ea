import { type FailureKind, isKind, PvesmbError } from "../../base/errors";

/**
 * PVE answers nearly everything that is wrong with 500 and a text (no 404, no 409: pve-api.md 0.5), and ends failed tasks with one. This
 * is what the texts mean to us; the sentences are recorded ones (pve-api.md appendix B, 4.2).
 */
export type Saying =
    | "locked"
    | "overloaded"
    | "unknown outcome"
    | "no quorum"
    | "guest missing"
    | "vmid taken"
    | "changed meanwhile"
    | "already running"
    | "not running"
    | "same size"
    | "no such node"
    | "no such storage"
    | "method missing";

interface Meaning {
    says: Saying;
    pattern: RegExp;
    kind: FailureKind;
    /** Nothing was done, and the same call may soon be taken: it is sent again. */
    again?: true;
    property?: string;
    /** What the user can do. */
    hint?: string;
}

const MEANINGS: Meaning[] = [
    {
        says: "locked",
        pattern: /(?:CT|VM) is locked/,
        kind: "Busy",
        again: true,
        hint: "another operation has locked this container; if none is running, `pct unlock` on the node removes the stale lock",
    },
    { says: "overloaded", pattern: /can't lock file '.*' - got timeout/, kind: "Busy", again: true },
    { says: "overloaded", pattern: /cfs-lock '.*' error: got lock request timeout/, kind: "Busy", again: true },
    { says: "overloaded", pattern: /got no worker upid - start worker failed/, kind: "Busy", again: true },
    { says: "unknown outcome", pattern: /'-locked command timed out - aborting/, kind: "Unreachable" },
    // What a task's status says when its worker was killed or the node restarted (pve-api.md 4.1).
    { says: "unknown outcome", pattern: /^unexpected status$|^unable to (?:get last line from|read tail of) /, kind: "Unreachable" },
    {
        says: "no quorum",
        pattern: /no quorum/,
        kind: "Busy",
        hint: "the cluster is read-only until it has quorum again",
    },
    // Only the guest's own file: a missing bridge, storage or volume is no proof that a guest is gone.
    { says: "guest missing", pattern: /^Configuration file '.*' does not exist/, kind: "NotFound" },
    { says: "vmid taken", pattern: /(?:CT|VM) \d+ already exists|VM \d+: config file already exists/, kind: "Conflict" },
    { says: "changed meanwhile", pattern: /detected modified configuration|checksum mismatch \(file change/, kind: "Conflict" },
    { says: "already running", pattern: /(?:CT|VM) \d+ already running/, kind: "Conflict" },
    { says: "not running", pattern: /(?:CT|VM) \d+ (?:is )?not running/, kind: "Conflict" },
    { says: "same size", pattern: /disk is already at specified size/, kind: "Conflict" },
    { says: "no such node", pattern: /hostname lookup '.*' failed|no such cluster node/, kind: "InvalidInput", property: "node" },
    { says: "no such storage", pattern: /storage '.*' does not exist/, kind: "InvalidInput", property: "storage" },
];

export function meaningOf(text: string): Meaning | undefined {
    return MEANINGS.find(({ pattern }) => pattern.test(text));
}

/** A failure that PVE itself (or the way to it) told. */
export class PveError extends PvesmbError {
    constructor(
        kind: FailureKind,
        message: string,
        details: PvesmbError["details"] & {
            /** What PVE's text means, where we know it. */
            says?: Saying;
            /** The same call may be sent again after a pause. */
            again?: boolean;
        } = {},
    ) {
        super(kind, message, details);
        this.says = details.says;
        this.again = details.again === true;
    }

    readonly says: Saying | undefined;
    readonly again: boolean;
}

export function says(error: unknown, ...sayings: Saying[]): boolean {
    return error instanceof PveError && error.says !== undefined && sayings.includes(error.says);
}

/** The call may have been taken although no answer came: look at what is there before anything is sent again. */
export function outcomeUnknown(error: unknown): error is PvesmbError {
    return isKind(error, "Unreachable") && error.details.dispatched !== false;
}

/** After a look at what is there, the same may be tried once more: nobody knows how it ended, or something was in the way that passes. */
export function worthAnother(error: unknown): boolean {
    return outcomeUnknown(error) || (isKind(error, "Busy") && !says(error, "no quorum"));
}
