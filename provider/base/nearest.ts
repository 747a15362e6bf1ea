/** The name that a misspelt name most likely means; undefined when none is close. */
export function nearest(name: string, names: readonly string[]): string | undefined {
    const ranked = names.map((each) => ({ each, away: distance(name.toLowerCase(), each.toLowerCase()) })).sort((a, b) => a.away - b.away);
    const best = ranked[0];
    return best && best.away <= Math.max(2, Math.floor(best.each.length / 3)) ? best.each : undefined;
}

/** For the end of a message about a misspelt name; empty when no name is close. */
export function meant(name: string, names: readonly string[]): string {
    const close = nearest(name, names);
    return close === undefined ? "" : `; did you mean ${close}?`;
}

/** Levenshtein distance: insertions, deletions and substitutions. */
function distance(a: string, b: string): number {
    if (Math.abs(a.length - b.length) > 8) return Infinity;
    let row = Array.from({ length: b.length + 1 }, (_, i) => i);
    for (let i = 1; i <= a.length; i++) {
        const next = [i];
        for (let j = 1; j <= b.length; j++)
            next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
        row = next;
    }
    return row[b.length] ?? Infinity;
}
