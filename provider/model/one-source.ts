import type { Failure } from "../base/handler";

/** Faults unless exactly one of some properties of `at` is set. The first one of `names` is what a program that has none of them lacks. */
export function sourceFaults<N extends string>(given: Partial<Record<N, unknown>>, names: readonly [N, ...N[]], at: string): Failure[] {
    const [first, ...more] = names.filter((name) => given[name] !== undefined);
    const [usual, ...instead] = names;
    if (first === undefined) {
        const others = instead.map((name) => `\`${name}\``).join(", ");
        return [{ property: `${at}.${usual}`, reason: `is required, unless you set ${others.replace(/, (?=[^,]*$)/, " or ")}` }];
    }
    return more.map((name) => ({ property: `${at}.${name}`, reason: `cannot be combined with \`${first}\`; keep one of them` }));
}

/** Faults of a place that a secret is read from. */
export const placeFaults = (from: { env?: string | undefined; file?: string | undefined } | undefined, at: string): Failure[] =>
    from !== undefined && (from.env === undefined) === (from.file === undefined)
        ? [{ property: at, reason: "must have either `env` or `file`" }]
        : [];
