import { type FailureKind, isKind, PvesmbError } from "../../base/errors";

/**
 * The known error texts of PVE. PVE reports most errors and failed tasks by text (500, never 404 or 409: pve-api.md 0.5); the patterns
 * match recorded texts (pve-api.md 4.2, appendix B).
 */
export type KnownError =
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
    says: KnownError;
    pattern: RegExp;
    kind: FailureKind;
    /** Nothing was done; the call is sent again. */
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
    // Status of a task whose worker was killed or whose node restarted (pve-api.md 4.1).
    { says: "unknown outcome", pattern: /^unexpected status$|^unable to (?:get last line from|read tail of) /, kind: "Unreachable" },
    {
        says: "no quorum",
        pattern: /no quorum/,
        kind: "Busy",
        hint: "the cluster is read-only until it has quorum again",
    },
    // Only the guest's own file: a missing bridge, storage or volume does not prove that the guest is gone.
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

/** A failure reported by PVE, or on the way to it. */
export class PveError extends PvesmbError {
    constructor(
        kind: FailureKind,
        message: string,
        details: PvesmbError["details"] & {
            /** The meaning of PVE's text, if known. */
            says?: KnownError;
            /** The call may be sent again after a pause. */
            again?: boolean;
        } = {},
    ) {
        super(kind, message, details);
        this.says = details.says;
        this.again = details.again === true;
    }

    readonly says: KnownError | undefined;
    readonly again: boolean;
}

export function isKnown(error: unknown, ...errors: KnownError[]): boolean {
    return error instanceof PveError && error.says !== undefined && errors.includes(error.says);
}

/** Whether the call may have taken effect without an answer: check what exists before you send it again. */
export function outcomeUnknown(error: unknown): error is PvesmbError {
    return isKind(error, "Unreachable") && error.details.dispatched !== false;
}

/** Whether to try again after checking what exists: the outcome is unknown, or the obstacle is temporary. */
export function isRetryable(error: unknown): boolean {
    return outcomeUnknown(error) || (isKind(error, "Busy") && !isKnown(error, "no quorum"));
}
