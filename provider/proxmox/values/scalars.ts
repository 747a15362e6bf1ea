/**
 * PVE's JSON has no stable scalar types (pve-api.md 1.1): numbers may be text, numeric text may be a number, booleans are 0/1 in either
 * form. Read every answer through these functions.
 */
export function text(value: unknown): string | undefined {
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "bigint") return String(value);
    if (typeof value === "boolean") return value ? "1" : "0";
    return undefined;
}

export function number(value: unknown): number | undefined {
    const given = text(value)?.trim();
    if (given === undefined || given === "") return undefined;
    const result = Number(given);
    return Number.isFinite(result) ? result : undefined;
}

/** True for 1, on, yes, true, as in PVE::JSONSchema parse_boolean. */
export function flag(value: unknown): boolean {
    return /^(1|on|yes|true)$/i.test(text(value) ?? "");
}

export type Row = Record<string, unknown>;

export function row(value: unknown): Row {
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Row) : {};
}

/** A list of objects. Some calls return `null` for an empty list (interfaces of a stopped container). */
export function rows(value: unknown): Row[] {
    return Array.isArray(value) ? value.map(row) : [];
}

/** `a;b`, `a,b`, `a b` (tags and other -list formats). */
export function list(value: unknown): string[] {
    return (text(value) ?? "").split(/[\s,;]+/).filter((item) => item !== "");
}
