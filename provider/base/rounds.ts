export interface RoundsOptions<T> {
    /** Does a round; must not fail. What it gives tells those who were in it: they may come again at once. */
    run: (round: T[]) => Promise<() => void>;
    /** Of those that wait, who goes now; default all. */
    take?: (waiting: T[]) => T[];
    /** A round starts when nobody has come for this long, ... */
    quietMs?: number;
    /**
     * ... or, while fewer are there than were under way when the round before ended, for this long: whoever works through a list hands in
     * as many again, one by one. Once so many are there it starts at once.
     */
    patienceMs?: number;
    /** In any case this long after the first. */
    longestMs?: number;
}

/** One round after the other: who comes while one is under way goes with the next. */
export class Rounds<T> {
    private waiting: T[] = [];
    private running = false;
    /** As many as went with the last round or waited already when it ended: else these and those would take turns for ever. */
    private expected = 0;
    private arrived: () => void = () => undefined;

    constructor(private readonly options: RoundsOptions<T>) {}

    add(item: T): void {
        this.waiting.push(item);
        this.arrived();
        if (!this.running) void this.work();
    }

    private async work(): Promise<void> {
        const { run, take = (waiting: T[]): T[] => waiting } = this.options;
        this.running = true;
        while (this.waiting.length > 0) {
            await this.quiet();
            const round = take(this.waiting);
            const gone = new Set(round);
            this.waiting = this.waiting.filter((each) => !gone.has(each));
            const tell = await run(round);
            this.expected = round.length + this.waiting.length;
            tell();
        }
        this.running = false;
    }

    /** Resolves when nobody comes any more, or as many are there as can be expected. */
    private async quiet(): Promise<void> {
        const { quietMs = 8, patienceMs = 60, longestMs = 250 } = this.options;
        const until = Date.now() + longestMs;
        const several = this.expected > 1;
        const pause = several ? patienceMs : quietMs;
        let more = true;
        while (more && !(several && this.waiting.length >= this.expected) && Date.now() < until) {
            more = await new Promise<boolean>((resolve) => {
                const timer = setTimeout(resolve, pause, false);
                this.arrived = () => {
                    clearTimeout(timer);
                    resolve(true);
                };
            });
        }
        this.arrived = () => undefined;
    }
}
