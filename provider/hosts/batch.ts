import type { Gather, GatherResult } from "./gather";
import type { Owned, Step } from "./steps";

export type * from "./gather";
export type * from "./steps";

/**
 * The language of the remote executor: changes to a host as data. The executor (executor/agent/, a small Python 3 program of the
 * standard library) knows files, commands, daemons and numbers, and nothing of Samba.
 *
 * A batch runs under one lock on the host. Each unit (one per resource) has a savepoint: when a step of it fails, its files go back to
 * what they were, its `undo` commands run, and the other units go on.
 *
 *   1. `guard`: the gateway's mark is what we expect, else the whole batch is refused untouched (Conflict).
 *   2. each unit's `steps`, in order, unit by unit; a failing unit is rolled back and is out.
 *   3. `verify`, if a live unit `asks`: may fail units (see AskStep); those are rolled back and verify runs again without them. A
 *      failure that blames nobody rolls back all units.
 *   4. `commit` (activation), once. Its commands (`run`) run only if a unit, a step of verify or one before it in commit changed something.
 *      A failure rolls back every unit and runs commit's commands once more, so that the old state is active again.
 *
 * A batch stands as a whole or not at all: when the connection is lost or the time is over before `commit`, all units are rolled back;
 * when the executor is killed, the next batch on the host first takes back what that one did (BatchResult.recovered).
 */

export interface Unit {
    /** Unique in its batch: the resource's key. */
    key: string;
    steps: Step[];
    /** Texts for `{collect}` in verify and commit. */
    contribute?: Record<string, string>;
    /** It changes what the batch's commit makes active: without such a unit the batch has neither verify nor commit. Not sent to the host. */
    activates?: boolean;
    /** Verify's AskStep has an answer for this unit. */
    asks?: boolean;
    /** Its steps write files that commit joins with others. Not sent to the host. */
    assembled?: true;
    /** What its submitter wants to see when the batch stands: part of Batch.look. Not sent to the host. */
    looks?: Gather;
}

export interface Batch {
    /** The record that must be there and name the gateway's nonce; absent means a host that is not (or no longer) ours. */
    guard?: Owned;
    units: Unit[];
    verify: Step[];
    commit: Step[];
    /** Looked at when the batch stands, in the same request. */
    look?: Gather;
}

export interface StepResult {
    changed: boolean;
    value?: string | number;
    code?: number;
    stdout?: string;
    stderr?: string;
    /** Of an ApartStep: what else lies there and was not refused. */
    overlaps?: string[];
}

export type UnitResult =
    | { ok: true; changed: boolean; steps: Record<string, StepResult> }
    | {
          ok: false;
          /** Its id, or what it does and its place: `write #3`. */
          step: string;
          message: string;
          /** Conflict: somebody else's (owned, a taken number, a rename onto something). InvalidInput: where an ApartStep refuses. */
          kind: "RemoteFailed" | "Conflict" | "InvalidInput";
          steps: Record<string, StepResult>;
      };

export interface BatchResult {
    units: Record<string, UnitResult>;
    /** Of verify's last run and commit. */
    steps: Record<string, StepResult>;
    look?: GatherResult;
    /** Batches that had been killed and were taken back before this one. */
    recovered: number;
    /** Milliseconds the host worked on it, lock wait apart. */
    ms: number;
    waitedMs: number;
}
