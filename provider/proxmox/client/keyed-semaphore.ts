/** A semaphore per key: at most `width` jobs of one key run at a time, in order of arrival. */
export class KeyedSemaphore {
    private readonly busy = new Map<string, { running: number; waiting: (() => void)[] }>();

    constructor(private readonly width: number) {}

    async run<T>(key: string, work: () => Promise<T>): Promise<T> {
        const lane = this.busy.get(key) ?? { running: 0, waiting: [] };
        this.busy.set(key, lane);
        if (lane.running >= this.width) await new Promise<void>((resolve) => lane.waiting.push(resolve));
        else lane.running++;
        try {
            return await work();
        } finally {
            const next = lane.waiting.shift();
            // Hand the slot over directly, so that no later job overtakes.
            if (next) next();
            else if (--lane.running === 0) this.busy.delete(key);
        }
    }
}
