const UNITS = ["", "K", "M", "G", "T"] as const;

/** Bytes of a size in PVE's format (`3584M`, `1G`, `0T`; `512` is bytes); undefined when it is malformed. */
export function parsePveSize(text: string): number | undefined {
    const match = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(text.trim());
    if (!match) return undefined;
    const bytes = Math.round(Number(match[1]) * 1024 ** UNITS.indexOf(match[2] as (typeof UNITS)[number]));
    return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** PVE's own format: the largest exact unit, `0T` for zero (pve-common JSONSchema.pm format_size). */
export function formatPveSize(bytes: number): string {
    let [value, unit] = [bytes, 0];
    while (unit < UNITS.length - 1 && value % 1024 === 0) [value, unit] = [value / 1024, unit + 1];
    return `${value}${UNITS[unit]}`;
}

/**
 * `STORAGE:GIB` for a new volume in create and config calls. PVE rounds to MiB (pve-api.md 1.4), so round up: the volume must not be
 * smaller than requested.
 */
export function newVolume(storage: string, bytes: number): string {
    return `${storage}:${Math.ceil(bytes / 1024 ** 2) / 1024}`;
}
