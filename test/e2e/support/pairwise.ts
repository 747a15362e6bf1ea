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
 * A small set of combinations in which every pair of values of two factors occurs. Each step adds the combination with the most new pairs.
 */
export function pairwise<F extends Factors>(factors: F): Combination<F>[] {
    const all = product(factors);
    const missing = new Set(all.flatMap(pairsOf));
    const chosen: Combination<F>[] = [];
    while (missing.size > 0) {
        const gain = (row: Combination<F>): number => pairsOf(row).filter((pair) => missing.has(pair)).length;
        const best = all.reduce((a, b) => (gain(b) > gain(a) ? b : a));
        for (const pair of pairsOf(best)) missing.delete(pair);
        chosen.push(best);
    }
    return all.filter((row) => chosen.includes(row));
}

function pairsOf(row: Record<string, string>): string[] {
    const values = Object.entries(row).map(([name, value]) => `${name}=${value}`);
    return values.flatMap((one, i) => values.slice(i + 1).map((other) => `${one} ${other}`));
}
