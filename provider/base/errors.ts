/**
 * The typed failures of pvesmb. The kind decides what happens next (retry, partial state, "gone"); the text says what was tried, where,
 * what came back and what to do, without secrets.
 */
export type FailureKind =
    /** The user's input cannot work; names the property and the way out. Nothing was touched. */
    | "InvalidInput"
    /** PVE or the host refuses for lack of rights; names privilege and path. */
    | "Denied"
    /** The object is certainly gone (never used for a timeout or a 403). */
    | "NotFound"
    /** It belongs to another owner: a foreign mark, a changed digest, a taken name. */
    | "Conflict"
    /** Locked or overloaded; nothing was done, a retry is safe. */
    | "Busy"
    /** No answer: refused, reset or timed out. The request may have taken effect unless `dispatched` is false. */
    | "Unreachable"
    /** The SSH host key or TLS certificate is not the pinned one. */
    | "HostKeyMismatch"
    /** The remote side did the work and it failed (task error, exit code, validation). */
    | "RemoteFailed"
    /** Our own deadline expired. */
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
            /** False when the request certainly never reached the other side. */
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

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
