import { PvesmbError } from "./errors";

/** The time by which an operation must end; every remote call gets it. */
export class Deadline {
    private constructor(
        private readonly at: number,
        readonly signal: AbortSignal | undefined,
    ) {}

    static in(ms: number, signal?: AbortSignal): Deadline {
        return new Deadline(Date.now() + ms, signal);
    }

    /** A deadline for shared work: the latest of all, cancelled only when all are cancelled. */
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

    /** The later of this one and `ms` from now, without its cancellation: for work that others may share. */
    detached(ms: number): Deadline {
        return new Deadline(Math.max(this.at, Date.now() + ms), undefined);
    }

    /** The earlier of this one and `ms` from now. */
    atMost(ms: number): Deadline {
        return new Deadline(Math.min(this.at, Date.now() + ms), this.signal);
    }

    /** Throws when no time is left; `doing` names the work in progress. */
    check(doing: string): void {
        if (this.expired) throw new PvesmbError("Timeout", `timed out while ${doing}; increase \`timeouts\` if this host is slow`);
    }

    /** Waits, but never past the deadline. */
    async sleep(ms: number): Promise<void> {
        await new Promise<void>((resolve) => setTimeout(resolve, Math.min(ms, this.left)));
    }
}

/** Undefined if one signal is absent, because that caller is never cancelled. */
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
