/**
 * PVE's JSON has no stable scalar types (pve-api.md 1.1): numbers come as text, text that looks like a number as number, booleans as
 * 0/1 in either form. Everything read from an answer goes through here.
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

/** As PVE::JSONSchema parse_boolean: 1, on, yes, true. */
export function flag(value: unknown): boolean {
    return /^(1|on|yes|true)$/i.test(text(value) ?? "");
}

export type Row = Record<string, unknown>;

export function row(value: unknown): Row {
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Row) : {};
}

/** A list of objects; `null` is how PVE says "none" in places (interfaces of a stopped container). */
export function rows(value: unknown): Row[] {
    return Array.isArray(value) ? value.map(row) : [];
}

/** `a;b`, `a,b`, `a b` (tags and other -list formats). */
export function list(value: unknown): string[] {
    return (text(value) ?? "").split(/[\s,;]+/).filter((item) => item !== "");
}
