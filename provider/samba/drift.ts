import type { Section } from "./text";

/** Drift of a whole file; undefined: the file is absent. */
export function textDrift(file: string, wanted: string | undefined, found: string | undefined): string[] {
    if (found === wanted) return [];
    return [`${file}: ${found === undefined ? "missing" : wanted === undefined ? "added by hand" : "changed by hand"}`];
}

/** The URN in a mark; after a stack rename it is the old one. */
export function keyIn(mark: string): string {
    try {
        const { key } = JSON.parse(mark) as { key?: unknown };
        return typeof key === "string" ? key : "";
    } catch {
        return "";
    }
}

/** Options that differ, by name; "changed by hand" when only comments or layout do. */
export function sectionDrift(file: string, wanted: readonly Section[], found: readonly Section[]): string[] {
    const out: string[] = [];
    for (const name of new Set([...wanted, ...found].map((each) => each.name))) {
        const [a, b] = [wanted, found].map((all) => all.find((each) => each.name === name));
        if (!a || !b) {
            out.push(`${file}: section [${name}] ${a ? "missing" : "added by hand"}`);
            continue;
        }
        for (const key of new Set([...a.options.keys(), ...b.options.keys()]))
            if (a.options.get(key) !== b.options.get(key))
                out.push(
                    `${file}: [${name}] ${a.spelling.get(key) ?? b.spelling.get(key)} = ${b.options.get(key) ?? "(missing)"} instead of ${a.options.get(key) ?? "(nothing)"}`,
                );
    }
    return out.length > 0 ? out : [`${file}: changed by hand`];
}
