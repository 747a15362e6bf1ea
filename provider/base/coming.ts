import { perSession } from "./session";

/**
 * Resources that the engine is about to hand over. It checks a resource before it creates or updates it and keeps `parallel + 1` in flight:
 * when no checked resource is outstanding, none arrives until a running one finishes. Only a hint: a checked resource may never arrive, and
 * deletions are not announced.
 */
export class Coming {
    private readonly announced = new Set<unknown>();
    private foreseen = false;
    private unforeseen = 0;

    announce(key: unknown): void {
        this.announced.add(key);
        this.foreseen = true;
    }

    /** The resource has arrived or will not arrive. */
    strike(key: unknown): void {
        this.announced.delete(key);
    }

    /** Runs work that is not announced, such as a deletion: more of it may follow. */
    async unannounced<T>(work: () => Promise<T>): Promise<T> {
        this.unforeseen++;
        try {
            return await work();
        } finally {
            this.unforeseen--;
        }
    }

    /** Whether another resource may arrive now. */
    get more(): boolean {
        return !this.foreseen || this.announced.size > 0 || this.unforeseen > 0;
    }
}

/** One per session, since each session serves one engine. */
export const coming = perSession(() => new Coming());
