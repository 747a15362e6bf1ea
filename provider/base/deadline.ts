import { PvesmbError } from "./errors";

/** A point in time that an operation must not outlive, handed down through every remote call. */
export class Deadline {
    private constructor(
        private readonly at: number,
        readonly signal: AbortSignal | undefined,
    ) {}

    static in(ms: number, signal?: AbortSignal): Deadline {
        return new Deadline(Date.now() + ms, signal);
    }

    /** For work that several wait for: it may take as long as the last of them waits, and is cancelled only when all of them are. */
    static shared(all: readonly Deadline[]): Deadline {
        return new Deadline(Math.max(...all.map(({ at }) => at)), allAborted(all.map(({ signal }) => signal)));
    }

    /** Milliseconds left, never negative. */
    get left(): number {
        return Math.max(0, this.at - Date.now());
    }

    get expired(): boolean {
        return this.left === 0 || this.signal?.aborted === true;
    }

    outlasts(other: Deadline): boolean {
        return this.at > other.at;
    }

    /** The later of this one and `ms` from now, for work that goes on when this one's owner is cancelled. */
    detached(ms: number): Deadline {
        return new Deadline(Math.max(this.at, Date.now() + ms), undefined);
    }

    /** The earlier of this one and `ms` from now. */
    atMost(ms: number): Deadline {
        return new Deadline(Math.min(this.at, Date.now() + ms), this.signal);
    }

    /** Throws when nothing is left; `doing` says what was under way. */
    check(doing: string): void {
        if (this.expired) throw new PvesmbError("Timeout", `timed out while ${doing}; increase \`timeouts\` if this host is slow`);
    }

    /** Waits, but never past the deadline. */
    async sleep(ms: number): Promise<void> {
        await new Promise<void>((resolve) => setTimeout(resolve, Math.min(ms, this.left)));
    }
}

/** Undefined: one of them is never aborted. */
function allAborted(signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
    const [only, ...more] = signals;
    if (more.length === 0 || signals.includes(undefined)) return more.length === 0 ? only : undefined;
    const all = new AbortController();
    const check = (): void => {
        if (signals.every((signal) => signal?.aborted)) all.abort();
    };
    for (const signal of new Set(signals)) signal?.addEventListener("abort", check, { once: true });
    check();
    return all.signal;
}
