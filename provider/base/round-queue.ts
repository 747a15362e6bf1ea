import { pendingResources } from "./pending-resources";

export interface RoundQueueOptions<T> {
    /** Runs a round. The returned function notifies the callers of the round, who may add items again at once. */
    run: (round: T[]) => Promise<() => void>;
    /** Reports a failed round to its callers; the next round goes on. */
    failed: (round: T[], error: unknown) => void;
    /** Selects the waiting items for the next round; default: all. */
    take?: (waiting: T[]) => T[];
    /** Whether more items may arrive now; default: what the engine's calls tell. */
    more?: () => boolean;
}

/** A round starts after a pause of this length, at the latest `LONGEST_MS` after its first item. */
const QUIET_MS = 8;
const LONGEST_MS = 250;
/**
 * A round that follows one of N items waits for N again, because a caller that works through a list hands in as many again. Per gap it
 * waits for the duration of the last round or twice the longest gap, within these limits; only PATIENCE_MS when no more can arrive.
 */
const PATIENCE_MS = 60;
const LONGEST_PATIENCE_MS = 2000;

/** Runs one round at a time: items that arrive during a round go into the next. */
export class RoundQueue<T> {
    private waiting: T[] = [];
    private running = false;
    /** Expected size: the last round plus those already waiting. Without the second term two groups alternate for ever. */
    private expected = 0;
    /** Duration of the last round in milliseconds. */
    private took = 0;
    /** The longest gap before an expected item, and the start of the current gap. */
    private pause = 0;
    private since = Infinity;
    private arrived: () => void = () => undefined;

    constructor(private readonly options: RoundQueueOptions<T>) {}

    add(item: T): void {
        const pause = Date.now() - this.since;
        // A longer gap belongs to another list.
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

    /** Never rejects: `running` would stay set, and later items would wait for ever. */
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

    /** Resolves when no more items are to be expected. */
    private async gathered(): Promise<void> {
        const { more = () => pendingResources().more } = this.options;
        if (this.expected > 1) {
            const patience = Math.max(PATIENCE_MS, Math.min(Math.max(this.took, 2 * this.pause), LONGEST_PATIENCE_MS));
            while (this.waiting.length < this.expected && (await this.another(more() ? patience : PATIENCE_MS)));
        } else {
            const until = Date.now() + LONGEST_MS;
            while (Date.now() < until && (await this.another(QUIET_MS)));
        }
    }

    /** Whether another item arrives in time. */
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
