/** The endpoints of a cluster in their order; one that failed is passed over for a while, unless there is no other. */
export class Endpoints {
    private readonly avoided = new Map<string, number>();

    constructor(
        private readonly all: readonly string[],
        private readonly now: () => number = Date.now,
    ) {}

    pick(): string {
        const until = (endpoint: string): number => this.avoided.get(endpoint) ?? 0;
        const first = this.all.find((endpoint) => until(endpoint) <= this.now());
        return first ?? this.all.reduce((best, endpoint) => (until(endpoint) < until(best) ? endpoint : best));
    }

    avoid(endpoint: string, ms: number): void {
        this.avoided.set(endpoint, this.now() + ms);
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
