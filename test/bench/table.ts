import { reached, type Row } from "./rows";

const rounded = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1));

function goal(row: Row): string {
    if (row.failed !== undefined) return `FAILED: ${row.failed}`;
    if (row.goal === undefined) return "";
    const figure = row.goal.of === "ratio" ? "ratio " : "";
    return `${figure}<= ${row.goal.most}: ${reached(row) ? "reached" : "MISSED"}`;
}

/** The rows as lines of text, columns aligned: name, value and unit, ratio and floor, goal. */
export function table(rows: readonly Row[]): string[] {
    const cells = rows.map((row) => ({
        name: row.name,
        value: Number.isNaN(row.value) ? "-" : rounded(row.value),
        unit: row.unit,
        ratio: row.ratio === undefined ? "" : `${row.ratio.toFixed(2)} x ${row.against ?? ""}`,
        goal: goal(row),
    }));
    const width = (column: "name" | "value" | "unit" | "ratio"): number => Math.max(0, ...cells.map((cell) => cell[column].length));
    const widths = { name: width("name"), value: width("value"), unit: width("unit"), ratio: width("ratio") };
    return cells.map(({ name, value, unit, ratio, goal }) =>
        [name.padEnd(widths.name), `${value.padStart(widths.value)} ${unit.padEnd(widths.unit)}`, ratio.padEnd(widths.ratio), goal]
            .join("  ")
            .trimEnd(),
    );
}

const threeDecimals = (value: number): number => Math.round(value * 1000) / 1000;

/** bench-results.json: all rows with the same keys; `null` if there is no comparison or the measurement failed. */
export function results(rows: readonly Row[]): string {
    const plain = rows.map(({ name, value, unit, ratio, against }) => ({
        name,
        value: Number.isNaN(value) ? null : threeDecimals(value),
        unit,
        ratio: ratio === undefined ? null : threeDecimals(ratio),
        against: against ?? null,
    }));
    return `${JSON.stringify(plain, undefined, 2)}\n`;
}
