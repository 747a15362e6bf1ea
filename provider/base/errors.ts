/**
 * The typed failures of pvesmb. The kind decides what happens next (retry, partial state, "gone"); the text tells the user what was
 * tried, on which host, what came back and what to do. Texts never hold secrets: whoever builds one scrubs it first.
 */
export type FailureKind =
    /** The user's input cannot work; names the property and the way out. Nothing was touched. */
    | "InvalidInput"
    /** PVE or the host refuses for lack of rights; names privilege and path. */
    | "Denied"
    /** The thing is certainly not there (never said of a time-out or a 403). */
    | "NotFound"
    /** Somebody else's: another owner's mark, a changed digest, a taken name. */
    | "Conflict"
    /** Locked or overloaded for now; nothing was done, trying again later is safe. */
    | "Busy"
    /** No answer: refused, reset, timed out on the wire; whether something was done is unknown unless `dispatched` is false. */
    | "Unreachable"
    /** The SSH host key or TLS certificate is not the pinned one. */
    | "HostKeyMismatch"
    /** The remote side did its work and it failed (task error, command's exit code, validation). */
    | "RemoteFailed"
    /** Our own deadline ran out. */
    | "Timeout";

export class PvesmbError extends Error {
    constructor(
        readonly kind: FailureKind,
        message: string,
        readonly details: {
            /** The input property at fault, as the user writes it (`lxc.rootfs.size`). */
            property?: string;
            /** HTTP status and reason, when an API answered. */
            status?: number;
            reason?: string;
            errors?: Record<string, string>;
            /** False when the request surely never reached the other side. */
            dispatched?: boolean;
            /** Lines of a task log or of stderr, already scrubbed. */
            log?: string[];
            cause?: unknown;
        } = {},
    ) {
        super(message, details.cause === undefined ? undefined : { cause: details.cause });
        this.name = kind;
    }
}

export function isKind(error: unknown, ...kinds: FailureKind[]): error is PvesmbError {
    return error instanceof PvesmbError && kinds.includes(error.kind);
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
