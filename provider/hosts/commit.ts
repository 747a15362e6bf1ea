import { Deadline } from "../base/deadline";
import { PvesmbError } from "../base/errors";
import { RoundQueue, type RoundQueueOptions } from "../base/round-queue";
import { scrub } from "../base/scrub";
import type { Batch, BatchResult, GatherResult, Unit, UnitResult } from "./batch";
import { joined } from "./looks";
import type { Snapshot } from "./snapshot";
import { within } from "./within";

/** A unit's result, and the result of the batch's look if it had one. */
export type Committed = UnitResult & { ok: true; look?: GatherResult };

/** Wraps guard, verify and commit around units; this is all that the queue knows of their meaning. */
type Build = (units: Unit[]) => Batch;

const plain: Build = (units) => ({ units, verify: [], commit: [] });

interface Submitted {
    unit: Unit;
    build: Build;
    deadline: Deadline;
    resolve: (result: Committed) => void;
    reject: (error: unknown) => void;
}

export interface CommitOptions extends Pick<RoundQueueOptions<Submitted>, "more"> {
    /** For messages. */
    host: string;
    /** Runs a batch (Executor.batch). */
    run: (batch: Batch, deadline: Deadline) => Promise<BatchResult>;
    /** Invalidated at each submit; after each batch it holds that batch's look, or nothing. */
    snapshot?: Pick<Snapshot, "forget" | "moment" | "changed">;
}

/**
 * Group commit: units submitted together, or while a batch runs, go to the host in one batch. A failing unit rejects alone (RemoteFailed,
 * Conflict); a batch that fails as a whole rejects all its units with the same error.
 */
export class CommitQueue {
    private readonly rounds: RoundQueue<Submitted>;

    constructor(private readonly options: CommitOptions) {
        this.rounds = new RoundQueue({
            ...options,
            run: (taken) => this.commit(taken),
            failed: (taken, error) => taken.forEach(({ reject }) => reject(error)),
            take: together,
        });
    }

    /** Units with the same `build` share a batch. */
    submit(unit: Unit, deadline: Deadline, build = plain): Promise<Committed> {
        const result = new Promise<Committed>((resolve, reject) => {
            this.options.snapshot?.forget();
            this.rounds.add({ unit, build, deadline, resolve, reject });
        });
        return within(deadline, `waiting for changes on ${this.options.host}`, result);
    }

    private async commit(taken: Submitted[]): Promise<() => void> {
        const { run, snapshot, host } = this.options;
        // Each submitter enforces its own deadline.
        const deadline = Deadline.shared(taken.map((each) => each.deadline));
        const wanted = taken.flatMap(({ unit }) => unit.looks ?? []);
        const look = wanted.length === 0 ? undefined : joined(wanted);
        const { build = plain } = taken[0] ?? {};
        const { units, ...rest } = build(taken.map(({ unit }) => unit));
        const batch = { ...rest, units: units.map(({ looks: _looks, activates: _activates, assembled: _assembled, ...unit }) => unit) };
        const moment = snapshot?.moment ?? 0;
        try {
            const result = await run(look === undefined ? batch : { ...batch, look }, deadline);
            snapshot?.changed(moment, look, result.look);
            return () => {
                for (const { unit, resolve, reject } of taken) {
                    const own = result.units[unit.key];
                    if (own?.ok) resolve({ ...own, look: result.look });
                    else reject(failure(host, own));
                }
            };
        } catch (error) {
            snapshot?.forget();
            return () => taken.forEach(({ reject }) => reject(error));
        }
    }
}

/** A batch has units of one role, and only the first one of each key; the rest wait for later batches. */
function together(waiting: Submitted[]): Submitted[] {
    const keys = new Set<string>();
    return waiting.filter(({ unit, build }) => build === waiting[0]?.build && !keys.has(unit.key) && keys.add(unit.key));
}

function failure(host: string, result: (UnitResult & { ok: false }) | undefined): PvesmbError {
    if (result === undefined)
        return new PvesmbError("RemoteFailed", `${host}: there was no result for this change; run again`, { dispatched: true });
    return new PvesmbError(result.kind, scrub(`${host}: ${result.message}`), { dispatched: true });
}
