/** What kinds of values an answer has where: an extra key, or text instead of a number, makes typed clients stumble. */

interface Place {
    types: Set<string>;
    parent: string;
    /** One of a list's rows, else a key of an object. */
    row: boolean;
}

/** `data[lxc].vmid` -> what was seen there. Rows of a list count together, those of different kinds apart. */
export type Shape = Map<string, Place>;

const typeOf = (value: unknown): string => (value === null ? "null" : Array.isArray(value) ? "list" : typeof value);

const isObject = (value: unknown): value is Record<string, unknown> => typeOf(value) === "object";

function note(shape: Shape, place: string, parent: string, value: unknown): void {
    if (value === undefined) return;
    const known = shape.get(place) ?? { types: new Set(), parent, row: place.endsWith("]") };
    known.types.add(typeOf(value));
    shape.set(place, known);
    if (Array.isArray(value)) for (const row of value) note(shape, `${place}[${rowKind(row)}]`, place, row);
    if (isObject(value)) for (const [key, entry] of Object.entries(value)) note(shape, `${place}.${key}`, place, entry);
}

/** By `type`, or as in a storage's content by `content`. */
function rowKind(row: unknown): string {
    const kind = isObject(row) ? (row["type"] ?? row["content"]) : undefined;
    return typeof kind === "string" ? kind : "";
}

export function shapeOf(value: unknown): Shape {
    const shape: Shape = new Map();
    note(shape, "data", "", value);
    return shape;
}

/** Where both have something, of different types: `data.pid: number -> string`. */
export function wrongTypes(recorded: Shape, answered: Shape): string[] {
    return [...recorded].flatMap(([place, { types }]) => {
        const others = [...(answered.get(place)?.types ?? [])].filter((type) => !types.has(type));
        return others.length === 0 ? [] : [`${place}: ${[...types].join("|")} -> ${others.join("|")}`];
    });
}

const beyond = (shape: Shape, other: Shape, row: boolean): string[] =>
    [...shape].filter(([place, facts]) => facts.row === row && !other.has(place) && other.has(facts.parent)).map(([place]) => place);

/** Keys that only one of both has, in objects that both have. */
export const keysBeyond = (shape: Shape, other: Shape): string[] => beyond(shape, other, false);

/** Kinds of rows that only one of both has: `data[node]`. */
export const rowsBeyond = (shape: Shape, other: Shape): string[] => beyond(shape, other, true);
