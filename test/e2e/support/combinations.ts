type Factors = Record<string, readonly string[]>;
export type Combination<F extends Factors> = { [K in keyof F]: F[K][number] };

/** Every combination; the first factor varies slowest. */
export function product<F extends Factors>(factors: F): Combination<F>[] {
    const all = Object.entries(factors).reduce<Record<string, string>[]>(
        (rows, [name, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value }))),
        [{}],
    );
    return all as Combination<F>[];
}

/**
 * As few combinations as have each value at least once. Factors start at different values, so that two with the same values do not always
 * have the same one.
 */
export function eachValue<F extends Factors>(factors: F): Combination<F>[] {
    const all = Object.entries(factors);
    const count = Math.max(...all.map(([, values]) => values.length));
    return Array.from({ length: count }, (_, row) =>
        Object.fromEntries(all.map(([name, values], factor) => [name, values[(row + factor) % values.length]])),
    ) as Combination<F>[];
}
