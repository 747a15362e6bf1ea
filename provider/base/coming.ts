import { perSession } from "./session";

/**
 * What the engine is about to hand in. It has a resource checked before it is made or changed, and while it has more to do, always one more
 * than it lets be made at a time: when none is left of those that were checked, nobody comes before some of those under way are done. Only
 * good for guesses: what was checked may never come, and of a deletion nobody knows before.
 */
export class Coming {
    private readonly announced = new Set<unknown>();
    private foreseen = false;
    private unforeseen = 0;

    announce(key: unknown): void {
        this.announced.add(key);
        this.foreseen = true;
    }

    /** It is here, or will not come. */
    strike(key: unknown): void {
        this.announced.delete(key);
    }

    /** Work that nobody has announced: there may be more of it. */
    async unannounced<T>(work: () => Promise<T>): Promise<T> {
        this.unforeseen++;
        try {
            return await work();
        } finally {
            this.unforeseen--;
        }
    }

    /** Whether anybody else may come now. */
    get more(): boolean {
        return !this.foreseen || this.announced.size > 0 || this.unforeseen > 0;
    }
}

/** One per session, as there is one engine that calls it. */
export const coming = perSession(() => new Coming());
