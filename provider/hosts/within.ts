import type { Deadline } from "../base/deadline";
import { PvesmbError } from "../base/errors";

export interface WithinOptions {
    /** Called on timeout, to abort the work. */
    onTimeout?: () => void;
    /** Whether the request may have been sent already; default true. */
    dispatched?: boolean;
}

/**
 * Waits for work, but not past the deadline: then aborts it and throws a Timeout that names the work. The timer also keeps the process
 * alive while something is awaited, since connections to hosts do not.
 */
export async function within<T>(deadline: Deadline, doing: string, work: Promise<T>, giving: WithinOptions = {}): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    let onAbort: (() => void) | undefined;
    const over = new Promise<never>((_, reject) => {
        const stop = (why: string) => (): void => {
            giving.onTimeout?.();
            reject(new PvesmbError("Timeout", `${why} while ${doing}`, { dispatched: giving.dispatched ?? true }));
        };
        timer = setTimeout(stop("timed out"), deadline.left);
        onAbort = stop("cancelled");
        if (deadline.signal?.aborted) onAbort();
        deadline.signal?.addEventListener("abort", onAbort, { once: true });
    });
    try {
        return await Promise.race([work, over]);
    } finally {
        clearTimeout(timer);
        if (onAbort) deadline.signal?.removeEventListener("abort", onAbort);
        // Prevents an unhandled rejection of whichever loses the race.
        work.catch(() => undefined);
    }
}
