/** How long an answer that may soon be another one is kept, in milliseconds: resources that ask at the same time share it. */
const LINGER_MS = 5_000;

/**
 * Answers that all callers share, by key. One that `lasts` is kept until it is forgotten, another one for some seconds, and a failure is not
 * kept. The work is nobody's: it must have a deadline of its own, and each caller waits as long as it likes.
 */
export class SharedLooks<T> {
    private readonly kept = new Map<string, Promise<T>>();

    constructor(private readonly lasts: (found: T) => boolean) {}

    get(key: string, look: () => Promise<T>): Promise<T> {
        const known = this.kept.get(key);
        if (known !== undefined) return known;
        const made = look();
        this.kept.set(key, made);
        // A newer entry stays.
        const drop = (): void => {
            if (this.kept.get(key) === made) this.kept.delete(key);
        };
        made.then((found) => this.lasts(found) || setTimeout(drop, LINGER_MS).unref(), drop);
        return made;
    }

    /** What is kept, if anything. */
    known(key: string): Promise<T> | undefined {
        return this.kept.get(key);
    }

    keep(key: string, found: T): void {
        this.kept.set(key, Promise.resolve(found));
    }

    forget(key: string): void {
        this.kept.delete(key);
    }
}
