import { coming } from "./coming";

export interface RoundsOptions<T> {
    /** Does a round. What it gives tells those who were in it: they may come again at once. */
    run: (round: T[]) => Promise<() => void>;
    /** Tells those in a round that failed as a whole; the next round goes on. */
    failed: (round: T[], error: unknown) => void;
    /** Of those that wait, who goes now; default all. */
    take?: (waiting: T[]) => T[];
    /** Whether others may come now; default: as far as the engine's calls tell. */
    more?: () => boolean;
}

/** A round starts when nobody has come for this long, in any case `LONGEST_MS` after the first, ... */
const QUIET_MS = 8;
const LONGEST_MS = 250;
/**
 * ... or, while fewer are there than were under way when the round before ended, when nobody has come for this long, for as long as that
 * round took, which is what going without the others would cost, and for twice as long as they have let wait before: whoever works through
 * a list hands in as many again, one by one. Once so many are there it starts at once, and when no more can come it waits just this long.
 */
const PATIENCE_MS = 60;
const LONGEST_PATIENCE_MS = 2000;

/** One round after the other: who comes while one is under way goes with the next. */
export class Rounds<T> {
    private waiting: T[] = [];
    private running = false;
    /** As many as went with the last round or waited already when it ended: else these and those would take turns for ever. */
    private expected = 0;
    /** Milliseconds that the last round took. */
    private took = 0;
    /** The longest pause before one of those who were expected came, and since when the next one lasts. */
    private pause = 0;
    private since = Infinity;
    private arrived: () => void = () => undefined;

    constructor(private readonly options: RoundsOptions<T>) {}

    add(item: T): void {
        const pause = Date.now() - this.since;
        // After a longer one it is not the same list that somebody works through.
        if (this.expected > 1 && pause <= LONGEST_PATIENCE_MS) this.pause = Math.max(this.pause, pause);
        this.since = Date.now();
        this.waiting.push(item);
        this.arrived();
        if (!this.running) void this.work();
    }

    private async work(): Promise<void> {
        this.running = true;
        while (this.waiting.length > 0) await this.round();
        this.running = false;
    }

    /** Never fails: a rejection would leave `running` set, and everybody who comes later would wait for ever. */
    private async round(): Promise<void> {
        const { run, failed, take = (waiting: T[]): T[] => waiting } = this.options;
        let round = this.waiting;
        try {
            await this.gathered();
            round = this.waiting;
            round = take(this.waiting);
            this.leave(round);
            const began = Date.now();
            const tell = await run(round);
            this.since = Date.now();
            this.took = this.since - began;
            this.expected = round.length + this.waiting.length;
            tell();
        } catch (error) {
            this.leave(round);
            failed(round, error);
        }
    }

    private leave(round: T[]): void {
        const gone = new Set(round);
        this.waiting = this.waiting.filter((each) => !gone.has(each));
    }

    /** Resolves when nobody comes any more, or as many are there as can be expected. */
    private async gathered(): Promise<void> {
        const { more = () => coming().more } = this.options;
        if (this.expected > 1) {
            const patience = Math.max(PATIENCE_MS, Math.min(Math.max(this.took, 2 * this.pause), LONGEST_PATIENCE_MS));
            while (this.waiting.length < this.expected && (await this.another(more() ? patience : PATIENCE_MS)));
        } else {
            const until = Date.now() + LONGEST_MS;
            while (Date.now() < until && (await this.another(QUIET_MS)));
        }
    }

    /** Whether somebody comes within some time. */
    private async another(withinMs: number): Promise<boolean> {
        try {
            return await new Promise<boolean>((resolve) => {
                const timer = setTimeout(resolve, withinMs, false);
                this.arrived = () => {
                    clearTimeout(timer);
                    resolve(true);
                };
            });
        } finally {
            this.arrived = () => undefined;
        }
    }
}
