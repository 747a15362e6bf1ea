import { perSession } from "./session";

/**
 * Resources that the engine is about to hand over. It checks a resource before it creates or updates it and keeps `parallel + 1` in flight:
 * when no checked resource is outstanding, none arrives until a running one finishes. Only a hint: a checked resource may never arrive, and
 * deletions are not announced.
 */
export class PendingResources {
    private readonly expected = new Set<unknown>();
    private anyExpected = false;
    private unexpected = 0;

    expect(key: unknown): void {
        this.expected.add(key);
        this.anyExpected = true;
    }

    /** The resource has arrived or will not arrive. */
    settle(key: unknown): void {
        this.expected.delete(key);
    }

    /** Runs work that is not announced, such as a deletion: more of it may follow. */
    async duringUnexpected<T>(work: () => Promise<T>): Promise<T> {
        this.unexpected++;
        try {
            return await work();
        } finally {
            this.unexpected--;
        }
    }

    /** Whether another resource may arrive now. */
    get more(): boolean {
        return !this.anyExpected || this.expected.size > 0 || this.unexpected > 0;
    }
}

/** One per session, since each session serves one engine. */
export const pendingResources = perSession(() => new PendingResources());
