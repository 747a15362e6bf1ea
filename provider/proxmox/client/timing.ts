/** All times in milliseconds. */
export interface Timing {
    connect: number;
    /** Without an answer for so long, a request is given up. Above the 30 s after which PVE's own proxy gives up (596). */
    answer: number;
    /** Idle connections are closed by us before PVE closes them after 5 s. */
    keepAlive: number;
    /** First and longest pause between attempts. */
    pause: [number, number];
    /** How long an API that does not answer is asked again, counted from its first silence. A pvedaemon restarts within seconds. */
    silence: number;
    /** How long the node where a guest was last is asked before it is looked for on others. */
    glance: number;
    /** How long locks and overload are waited for. */
    busy: number;
    /** How long an endpoint that failed is passed over. */
    avoid: number;
    /** First and longest pause between looks at a task. */
    poll: [number, number];
    /** For so long after a wait began, "no such task" is not believed. */
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
    glance: 5_000,
    busy: 300_000,
    avoid: 30_000,
    poll: [100, 2_000],
    taskGrace: 5_000,
    ticket: 3_600_000,
};

/** Pause before attempt n (from 0): doubling up to the longest, and between half and all of it, so that many callers spread out. */
export function pauseBefore(attempt: number, [first, longest]: [number, number]): number {
    return Math.min(longest, first * 2 ** Math.min(attempt, 20)) * (0.5 + Math.random() / 2);
}

/** Pause before the next look at something that began `elapsed` ago: a tenth of that, so that little is lost however long it takes. */
export function pollPause(elapsed: number, [first, longest]: [number, number]): number {
    return Math.min(longest, Math.max(first, elapsed / 10));
}
