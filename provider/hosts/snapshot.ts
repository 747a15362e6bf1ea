import { Deadline } from "../base/deadline";
import { isKind } from "../base/errors";
import type { Gather, GatherResult } from "./batch";
import { items, joined, merged, without } from "./looks";
import { within } from "./within";

export interface SnapshotOptions {
    /** For messages. */
    host: string;
    /** Executor.gather */
    gather: (gather: Gather, deadline: Deadline) => Promise<GatherResult>;
    /** Milliseconds from any origin; default Date.now. */
    now?: () => number;
    /** How long a look is valid; default 10 s. */
    validMs?: number;
    /** Readers that ask within this time share a gather; default 8 ms. */
    quietMs?: number;
}

/** One gather: the items it covers and its result. */
interface Look {
    covers: Set<string>;
    result: Promise<GatherResult>;
    /** The latest deadline among its readers; undefined: the result is there already. */
    until?: Deadline;
}

/**
 * The state of a host, for many readers at once: they share one gather until it is invalidated (a batch was submitted) or 10 s old. A
 * reader's extra items join that gather if it asks in time, otherwise a further gather for all who ask then.
 */
export class Snapshot {
    private looks: Look[] = [];
    private since = -Infinity;
    private wanted: { gather: Gather; deadline: Deadline }[] = [];
    private next: Promise<Look> | undefined;
    private all: { of: Look[]; result: Promise<GatherResult> } | undefined;
    private forgotten = 0;

    constructor(private readonly options: SnapshotOptions) {}

    /** A shared gather may run into the shorter deadline of other readers; then it is repeated. */
    async readJust(deadline: Deadline, wanted: Gather): Promise<GatherResult> {
        for (;;) {
            const used: Look[] = [];
            try {
                return await this.readOnce(deadline, wanted, used);
            } catch (error) {
                const others = used.some(({ until }) => until !== undefined && deadline.outlasts(until));
                if (!isKind(error, "Timeout") || deadline.expired || !others) throw error;
            }
        }
    }

    private async readOnce(deadline: Deadline, wanted: Gather, used: Look[]): Promise<GatherResult> {
        const { now = Date.now, validMs = 10_000, host } = this.options;
        if (this.looks.length > 0 && now() - this.since >= validMs) this.forget();
        const missing = (looks: Look[]): Gather => without(wanted, new Set(looks.flatMap(({ covers }) => [...covers])));
        let { looks } = this;
        const more = missing(looks);
        if (items(more).length > 0) {
            const look = await within(deadline, `reading ${host}`, this.ask(more, deadline));
            looks = this.looks.includes(look) && items(missing(this.looks)).length === 0 ? this.looks : [...looks, look];
        }
        used.push(...looks);
        return within(deadline, `reading ${host}`, this.together(looks));
    }

    /** Generation counter; unchanged means no `forget()` in between. */
    get moment(): number {
        return this.forgotten;
    }

    /** Invalidates what was seen; readers that have asked already still get it. */
    forget(): void {
        this.looks = [];
        this.since = -Infinity;
        this.wanted = [];
        this.next = undefined;
        this.all = undefined;
        this.forgotten++;
    }

    /**
     * After a change: invalidates what was seen before it. The look that came with the change stays valid if nothing else has changed since
     * `moment`.
     */
    changed(moment: number, gather?: Gather, result?: GatherResult): void {
        const alone = moment === this.forgotten;
        this.forget();
        const { now = Date.now } = this.options;
        if (!alone || gather === undefined || result === undefined) return;
        this.since = now();
        this.looks = [{ covers: new Set(items(gather)), result: Promise.resolve(result) }];
    }

    /** Merged once for all readers of the same looks, because what they compute from it is cached with it (onceSeen). */
    private together(looks: Look[]): Promise<GatherResult> {
        if (this.all?.of !== looks) this.all = { of: looks, result: Promise.all(looks.map((look) => look.result)).then(merged) };
        this.all.result.catch(() => undefined);
        return this.all.result;
    }

    private ask(gather: Gather, deadline: Deadline): Promise<Look> {
        const { now = Date.now, quietMs = 8 } = this.options;
        this.wanted.push({ gather, deadline });
        const { wanted } = this;
        this.next ??= new Promise((resolve) =>
            setTimeout(() => {
                const all = joined(wanted.map((each) => each.gather));
                const until = Deadline.shared(wanted.map((each) => each.deadline));
                const look = { covers: new Set(items(all)), result: this.options.gather(all, until), until };
                look.result.catch(() => {
                    this.looks = this.looks.filter((each) => each !== look);
                });
                // If forgotten in the meantime, it serves earlier readers only.
                if (wanted === this.wanted) {
                    if (this.looks.length === 0) this.since = now();
                    this.looks = [...this.looks, look];
                    this.wanted = [];
                    this.next = undefined;
                }
                resolve(look);
            }, quietMs),
        );
        return this.next;
    }
}
