import * as z from "zod";

const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a duration such as "90s", "10m" or "1h". */
export function millisecondsOf(text: string): number {
    const match = /^(\d+)(s|m|h)$/.exec(text);
    if (!match) throw new Error(`not a duration: ${text}`);
    return Number(match[1]) * (UNITS[match[2] ?? ""] ?? NaN);
}

export const duration = (): z.ZodString => z.string().regex(/^[1-9]\d{0,5}(s|m|h)$/, 'must be a duration such as "90s", "10m" or "1h"');
