/** A JSON object as Pulumi transfers it. */
export type Tree = Record<string, unknown>;

export const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null && !Array.isArray(value);

/** The position of a value: property names and list indices from the top. */
export type Path = readonly (string | number)[];

/** A path as users write it: `access[0].level`, `options["follow symlinks"]`. */
export function pathText(path: Path): string {
    return path.reduce<string>((text, part) => {
        if (typeof part === "number") return `${text}[${part}]`;
        if (!/^[A-Za-z_]\w*$/.test(part)) return `${text}[${JSON.stringify(part)}]`;
        return text === "" ? part : `${text}.${part}`;
    }, "");
}

/** Removes undefined values at any depth: Pulumi's server fails on them ("Unexpected struct type"). */
export function defined<T>(value: T): T {
    if (Array.isArray(value)) return value.filter((item) => item !== undefined).map((item: unknown) => defined(item)) as T;
    if (!isTree(value)) return value;
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(entries.map(([name, item]) => [name, defined(item)])) as T;
}
