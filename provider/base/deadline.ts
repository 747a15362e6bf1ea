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

    /** Milliseconds left, never negative. */
    get left(): number {
        return Math.max(0, this.at - Date.now());
    }

    get expired(): boolean {
        return this.left === 0 || this.signal?.aborted === true;
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
