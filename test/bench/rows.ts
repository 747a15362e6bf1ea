/** One figure. `ratio` compares it with another one of the same run, named in `against`. */
export interface Row {
    name: string;
    value: number;
    unit: string;
    ratio?: number;
    against?: string;
    /** The highest acceptable value. */
    goal?: { of: "value" | "ratio"; most: number };
    /** Why there is no figure; `value` is then NaN. */
    failed?: string;
}

export type Figure = Pick<Row, "name" | "value" | "unit">;

/** Compared with a floor: `ratio` is value / floor. */
export function compared(figure: Figure, floor: Figure): Row {
    return { ...figure, ratio: figure.value / floor.value, against: floor.name };
}

export const atMost = (most: number, row: Row): Row => ({ ...row, goal: { of: "value", most } });
export const ratioAtMost = (most: number, row: Row): Row => ({ ...row, goal: { of: "ratio", most } });

export function reached({ goal, value, ratio }: Row): boolean | undefined {
    const figure = goal?.of === "ratio" ? ratio : value;
    return goal === undefined || figure === undefined ? undefined : figure <= goal.most;
}

export function median(values: readonly number[]): number {
    const sorted = [...values].sort((a, b) => a - b);
    const middle = sorted.length / 2;
    const [below, above] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
    if (below === undefined || above === undefined) throw new Error("the median of nothing");
    return (below + above) / 2;
}

/** A row for a comparison that could not be measured; the other rows stay valid. */
export const failedPeer = (name: string, error: unknown): Row => ({
    name,
    value: NaN,
    unit: "",
    failed: (error instanceof Error ? error.message : String(error)).trim().split("\n").slice(-1)[0] ?? "",
});

export const seconds = (name: string, values: readonly number[]): Figure => ({ name, value: median(values), unit: "s" });
export const count = (name: string, value: number): Figure => ({ name, value, unit: "" });
