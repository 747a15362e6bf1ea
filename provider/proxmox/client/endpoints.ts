/**
 * The endpoints of a cluster in order. A failed one is avoided while there is another, twice as long after each failure, because connecting
 * to a host that is off takes the full connect timeout.
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
        // Concurrent requests fail together and count once.
        const count = until > this.now() ? times : times + 1;
        this.avoided.set(endpoint, { until: this.now() + ms * 2 ** Math.min(count, 5), times: count });
    }

    good(endpoint: string): void {
        this.avoided.delete(endpoint);
    }
}

/** Since when a node or the whole API has not answered. Reset by an answer, or after a minute without requests. */
export class Outages {
    private readonly seen = new Map<string, { began: number; last: number }>();

    constructor(private readonly now: () => number = Date.now) {}

    /** Milliseconds since the first failure of the outage. */
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
