/** All times in milliseconds. */
export interface Timing {
    connect: number;
    /** Timeout of a request. Longer than the 30 s of PVE's own proxy (596). */
    answer: number;
    /** Idle connections are closed before PVE closes them after 5 s. */
    keepAlive: number;
    /** First and longest pause between attempts. */
    pause: [number, number];
    /** How long to retry an API that does not answer, from its first failure. A pvedaemon restarts within seconds. */
    silence: number;
    /** How long to wait for the node where a guest was last, before the search goes to other nodes. */
    lastNode: number;
    /** How long to retry after locks and overload. */
    busy: number;
    /** How long to avoid a failed endpoint. */
    avoid: number;
    /** First and longest pause between polls of a task. */
    poll: [number, number];
    /** How long after the start of a wait "no such task" is ignored. */
    taskGrace: number;
    /** Age at which a ticket (valid for 2 h) is renewed. */
    ticket: number;
}

export const TIMING: Timing = {
    connect: 10_000,
    answer: 45_000,
    keepAlive: 3_000,
    pause: [250, 5_000],
    silence: 20_000,
    lastNode: 5_000,
    busy: 300_000,
    avoid: 30_000,
    poll: [100, 2_000],
    taskGrace: 5_000,
    ticket: 3_600_000,
};

/** Pause before attempt n (from 0): doubles up to the longest, with 50 % jitter. */
export function pauseBefore(attempt: number, [first, longest]: [number, number]): number {
    return Math.min(longest, first * 2 ** Math.min(attempt, 20)) * (0.5 + Math.random() / 2);
}

/** Pause between polls of work that began `elapsed` ago: a tenth of that, so that the delay stays in proportion. */
export function pollPause(elapsed: number, [first, longest]: [number, number]): number {
    return Math.min(longest, Math.max(first, elapsed / 10));
}
