import type { Deadline } from "../base/deadline";
import { PvesmbError } from "../base/errors";
import { scrub } from "../base/scrub";
import type { Batch, BatchResult, GatherResult, Unit, UnitResult } from "./batch";
import { within } from "./within";

/** What became of a unit, and what the batch's look saw, if it had one. */
export type Committed = UnitResult & { ok: true; look?: GatherResult };

interface Submitted {
    unit: Unit;
    deadline: Deadline;
    resolve: (result: Committed) => void;
    reject: (error: unknown) => void;
}

export interface CommitOptions {
    /** For messages. */
    host: string;
    /** Runs a batch (Executor.batch). */
    run: (batch: Batch, deadline: Deadline) => Promise<BatchResult>;
    /** Guard, verify and commit around units: all that is known here of what they are about. */
    build: (units: Unit[]) => Batch;
    /** Called when something may have changed: at each submit and after each batch (Snapshot.forget). */
    changing?: () => void;
    /** A batch starts when no unit has come for this long, ... */
    quietMs?: number;
    /**
     * ... or, while fewer are there than were under way when the batch before ended, for this long: whoever works through a list hands in
     * as many again, one by one. Once so many are there it starts at once.
     */
    patienceMs?: number;
    /** In any case this long after the first. */
    longestMs?: number;
}

/**
 * Group commit: units that are submitted together, or while a batch runs, go to the host in one batch. A unit that fails rejects alone
 * (RemoteFailed, Conflict); a batch that fails as a whole rejects all its units with the same error.
 */
export class CommitQueue {
    private queue: Submitted[] = [];
    private running = false;
    /** As many as went with the last batch or waited already when it ended: else these and those would take turns for ever. */
    private expected = 0;
    private arrived: () => void = () => undefined;

    constructor(private readonly options: CommitOptions) {}

    submit(unit: Unit, deadline: Deadline): Promise<Committed> {
        const result = new Promise<Committed>((resolve, reject) => {
            this.queue.push({ unit, deadline, resolve, reject });
        });
        this.options.changing?.();
        this.arrived();
        if (!this.running) void this.work();
        return within(deadline, `waiting for the changes to ${this.options.host}`, result);
    }

    private async work(): Promise<void> {
        this.running = true;
        while (this.queue.length > 0) {
            await this.quiet();
            await this.commit(this.take());
        }
        this.running = false;
    }

    /** Resolves when units have stopped coming, or as many are there as can be expected. */
    private async quiet(): Promise<void> {
        const { quietMs = 8, patienceMs = 60, longestMs = 250 } = this.options;
        const until = Date.now() + longestMs;
        const several = this.expected > 1;
        const pause = several ? patienceMs : quietMs;
        let more = true;
        while (more && !(several && this.queue.length >= this.expected) && Date.now() < until) {
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

    /** Everything that waits, but of one key only the first: the next goes with the next batch. */
    private take(): Submitted[] {
        const keys = new Set<string>();
        const taken = this.queue.filter(({ unit }) => !keys.has(unit.key) && keys.add(unit.key));
        this.queue = this.queue.filter((each) => !taken.includes(each));
        return taken;
    }

    private async commit(taken: Submitted[]): Promise<void> {
        const { run, build, changing, host } = this.options;
        // The one that can wait longest decides; the others stop waiting by themselves.
        const deadline = taken.map((each) => each.deadline).reduce((a, b) => (a.left >= b.left ? a : b));
        try {
            const { units, look } = await run(build(taken.map(({ unit }) => unit)), deadline);
            for (const { unit, resolve, reject } of taken) {
                const result = units[unit.key];
                if (result?.ok) resolve({ ...result, look });
                else reject(failure(host, result));
            }
        } catch (error) {
            for (const { reject } of taken) reject(error);
        } finally {
            this.expected = taken.length + this.queue.length;
            changing?.();
        }
    }
}

function failure(host: string, result: (UnitResult & { ok: false }) | undefined): PvesmbError {
    if (result === undefined) return new PvesmbError("RemoteFailed", `${host}: no result for this change`, { dispatched: true });
    return new PvesmbError(result.kind, scrub(`${host}: ${result.message}`), { dispatched: true });
}
