/** What a quota tells about its tree. */
export interface Figures {
    /** Bytes. */
    used: number;
    available: number;
    /** Of what can be used, to a tenth. */
    percent: number;
    filesUsed?: number;
}

export const LEVELS = ["warning", "critical", "emergency"] as const;
export type Level = "ok" | (typeof LEVELS)[number];

/** What of a limit is used: a limit can be passed (by what was there before it), and then nothing is left. */
export function figuresOf(used: number, limit: number, free: number, filesUsed?: number): Figures {
    return { used, available: Math.max(0, Math.min(limit - used, free)), percent: percentOf(used, limit), filesUsed };
}

export function percentOf(part: number, whole: number): number {
    return whole <= 0 ? 100 : Math.round((part / whole) * 1000) / 10;
}

/** The highest threshold that is reached decides. */
export function levelOf(percent: number, alerts: readonly number[]): Level {
    const reached = alerts.filter((each) => percent >= each).length;
    return reached === 0 ? "ok" : (LEVELS[reached - 1] ?? "ok");
}
