/** The usage figures of a quota's outputs. */
export interface Figures {
    /** Bytes. */
    used: number;
    available: number;
    /** Percent of the usable space, to a tenth. */
    percent: number;
    filesUsed?: number;
}

export const LEVELS = ["warning", "critical", "emergency"] as const;
export type Level = "ok" | (typeof LEVELS)[number];

/** Usage of a limit. Data from before the limit can exceed it; then nothing is free. */
export function figuresOf(used: number, limit: number, free: number, filesUsed?: number): Figures {
    return { used, available: Math.max(0, Math.min(limit - used, free)), percent: percentOf(used, limit), filesUsed };
}

export function percentOf(part: number, whole: number): number {
    return whole <= 0 ? 100 : Math.round((part / whole) * 1000) / 10;
}

/** The level of the highest threshold reached. */
export function levelOf(percent: number, alerts: readonly number[]): Level {
    const reached = alerts.filter((each) => percent >= each).length;
    return reached === 0 ? "ok" : (LEVELS[reached - 1] ?? "ok");
}
