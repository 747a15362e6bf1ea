const UNITS = ["", "K", "M", "G", "T"] as const;

/** Bytes of a size as PVE writes it (`3584M`, `1G`, `0T`, `512`: no unit is bytes), or undefined when it is none. */
export function parsePveSize(text: string): number | undefined {
    const match = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(text.trim());
    if (!match) return undefined;
    const bytes = Math.round(Number(match[1]) * 1024 ** UNITS.indexOf(match[2] as (typeof UNITS)[number]));
    return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** PVE's own spelling: the largest unit that is exact, `0T` for zero (pve-common JSONSchema.pm format_size). */
export function formatPveSize(bytes: number): string {
    let [value, unit] = [bytes, 0];
    while (unit < UNITS.length - 1 && value % 1024 === 0) [value, unit] = [value / 1024, unit + 1];
    return `${value}${UNITS[unit]}`;
}

/**
 * `STORAGE:GIB`, what create and config calls take for a new volume. They round to MiB (pve-api.md 1.4), so bytes are rounded up to MiB
 * here, for the volume never to be smaller than asked.
 */
export function newVolume(storage: string, bytes: number): string {
    return `${storage}:${Math.ceil(bytes / 1024 ** 2) / 1024}`;
}
