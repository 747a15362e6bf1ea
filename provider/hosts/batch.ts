import type { Gather, GatherResult } from "./gather";
import type { Owned, Step } from "./steps";

export type * from "./gather";
export type * from "./steps";

/**
 * The language of the remote executor: changes to a host as data. The executor (executor/agent/, a small Python 3 program that needs only
 * the standard library) knows files, commands, daemons and numbers, but nothing of Samba.
 *
 * A batch runs under one lock on the host, and under the one that SHARED_LOCK names, if there is one. Each unit (one per resource) has a
 * savepoint: when one of its steps fails, its files are restored, its `undo` commands run, and the other units go on.
 *
 *   1. `guard`: checks that the gateway's mark is ours; if not, the whole batch is refused and nothing is changed (Conflict).
 *   2. The units' `steps`, in order, unit by unit. A failing unit is rolled back and drops out.
 *   3. `verify`, if a live unit `asks`: may fail units (see AskStep); those are rolled back and verify runs again without them. A
 *      failure that names no unit rolls back all units.
 *   4. `commit` (activation), once. Its commands (`run`) run only if a unit, a step of verify or an earlier step of commit changed
 *      something. A failure rolls back every unit and runs commit's commands once more, so that the old state is active again.
 *
 * A batch is committed as a whole or not at all. If the connection is lost or time runs out before `commit`, all units are rolled back. If
 * the executor is killed, the next batch on the host first rolls back its work (BatchResult.recovered).
 */

/** A host's own lock: flock(2). */
export const HOST_LOCK = "/run/pvesmb/lock";

/**
 * On hosts with the same data or accounts: a file with the path of a file on their common file system. Their batches take turns by a lock on
 * that one, since each batch reads before it writes: numbers that are reserved beside the data, accounts in a common database. If another host
 * had a turn after a batch was killed, that batch's commands are not undone: they might undo what the other one did.
 */
export const SHARED_LOCK = "/var/lib/pvesmb/shared-lock";

export interface Unit {
    /** The resource's key, unique within a batch. */
    key: string;
    steps: Step[];
    /** Texts for `{collect}` in verify and commit. */
    contribute?: Record<string, string>;
    /** It changes what the batch's commit activates. A batch without such a unit has neither verify nor commit. Not sent to the host. */
    activates?: boolean;
    /** Verify's AskStep gets an answer for this unit. */
    asks?: boolean;
    /** Its steps write files that commit joins with others. Not sent to the host. */
    assembled?: true;
    /** What its submitter wants to see after the batch has committed; becomes part of Batch.look. Not sent to the host. */
    looks?: Gather;
}

export interface Batch {
    /** The record that must be there and contain the gateway's nonce; if it is missing, the host is not (or no longer) ours. */
    guard?: Owned;
    units: Unit[];
    verify: Step[];
    commit: Step[];
    /** Gathered after the batch has committed, in the same request. */
    look?: Gather;
}

export interface StepResult {
    changed: boolean;
    value?: string | number;
    code?: number;
    stdout?: string;
    stderr?: string;
    /** From an ApartStep: overlapping places that it did not refuse. */
    overlaps?: string[];
}

export type UnitResult =
    | { ok: true; changed: boolean; steps: Record<string, StepResult> }
    | {
          ok: false;
          /** The step's id, or its kind and position: `write #3`. */
          step: string;
          message: string;
          /**
           * Conflict: it belongs to someone else (owned, a taken number, a rename onto an existing file). InvalidInput: an ApartStep or
           * SpeltStep refused.
           */
          kind: "RemoteFailed" | "Conflict" | "InvalidInput";
          steps: Record<string, StepResult>;
      };

export interface BatchResult {
    units: Record<string, UnitResult>;
    /** Results of commit and of verify's last run. */
    steps: Record<string, StepResult>;
    look?: GatherResult;
    /** Number of killed batches that were rolled back first. */
    recovered: number;
    /** Milliseconds of work on the host, without waiting for the lock. */
    ms: number;
    waitedMs: number;
}
