/**
 * The endpoints of a cluster in their order; one that failed is passed over for a while, unless there is no other: for longer each time,
 * since asking one that is switched off takes the whole time for connecting.
 */
export class Endpoints {
    private readonly avoided = new Map<string, { until: number; times: number }>();

    constructor(
        private readonly all: readonly string[],
        private readonly now: () => number = Date.now,
    ) {}

    pick(): string {
        const until = (endpoint: string): number => this.avoided.get(endpoint)?.until ?? 0;
        const first = this.all.find((endpoint) => until(endpoint) <= this.now());
        return first ?? this.all.reduce((best, endpoint) => (until(endpoint) < until(best) ? endpoint : best));
    }

    avoid(endpoint: string, ms: number): void {
        const { until, times } = this.avoided.get(endpoint) ?? { until: 0, times: -1 };
        // Requests that were under way together fail together: that counts once.
        const count = until > this.now() ? times : times + 1;
        this.avoided.set(endpoint, { until: this.now() + ms * 2 ** Math.min(count, 5), times: count });
    }

    good(endpoint: string): void {
        this.avoided.delete(endpoint);
    }
}

/** Since when a node, or the whole API, has not answered; forgotten at its first answer, or when nobody has asked for a minute. */
export class Outages {
    private readonly seen = new Map<string, { began: number; last: number }>();

    constructor(private readonly now: () => number = Date.now) {}

    /** Milliseconds since the first failure without an answer in between. */
    failed(what: string): number {
        const now = this.now();
        const seen = this.seen.get(what);
        const began = seen && now - seen.last < 60_000 ? seen.began : now;
        this.seen.set(what, { began, last: now });
        return now - began;
    }

    answered(what: string): void {
        this.seen.delete(what);
    }
}
