import { isTree, type Path } from "../model/tree";

/** In a preview Pulumi sends this for any unknown value, whatever the type of the field. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export const isUnknown = (value: unknown): boolean => value === UNKNOWN;

/** The paths of all unknown values at and below a value. */
export function unknownPaths(value: unknown, at: Path = []): Path[] {
    if (isUnknown(value)) return [at];
    if (Array.isArray(value)) return value.flatMap((item, i) => unknownPaths(item, [...at, i]));
    if (isTree(value)) return Object.entries(value).flatMap(([name, item]) => unknownPaths(item, [...at, name]));
    return [];
}

export const hasUnknown = (value: unknown): boolean => unknownPaths(value).length > 0;
