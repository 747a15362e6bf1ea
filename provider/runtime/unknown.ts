import { isTree, type Path } from "../model/tree";

/** What Pulumi sends in a preview in place of a value that is not known yet, in a field of any type. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export const isUnknown = (value: unknown): boolean => value === UNKNOWN;

/** The places of all unknown values at and below a value. */
export function unknownPaths(value: unknown, at: Path = []): Path[] {
    if (isUnknown(value)) return [at];
    if (Array.isArray(value)) return value.flatMap((item, i) => unknownPaths(item, [...at, i]));
    if (isTree(value)) return Object.entries(value).flatMap(([name, item]) => unknownPaths(item, [...at, name]));
    return [];
}

export const hasUnknown = (value: unknown): boolean => unknownPaths(value).length > 0;
