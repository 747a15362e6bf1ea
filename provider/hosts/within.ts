import type { Deadline } from "../base/deadline";
import { PvesmbError } from "../base/errors";

export interface Giving {
    /** Ends the work when it is too late. */
    up?: () => void;
    /** Whether the other side may have been asked already; default true. */
    dispatched?: boolean;
}

/**
 * Waits for work, but not past the deadline: then it is given up and a Timeout says what was under way. The timer also keeps the process
 * alive while something is awaited, for connections to hosts do not.
 */
export async function within<T>(deadline: Deadline, doing: string, work: Promise<T>, giving: Giving = {}): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    let onAbort: (() => void) | undefined;
    const over = new Promise<never>((_, reject) => {
        const stop = (why: string) => (): void => {
            giving.up?.();
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
        // Whichever loses the race must not become an unhandled rejection.
        work.catch(() => undefined);
    }
}
