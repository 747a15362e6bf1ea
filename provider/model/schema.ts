import * as z from "zod";
import { bare, metaOf } from "./meta";
import { isTree, type Path } from "./tree";

/** The properties of an object, typed: zod's own `shape` is `any`. */
export const propertiesOf = (object: z.ZodObject): [string, z.ZodType][] => Object.entries<z.ZodType>(object.shape);

/** The schema of a property or list entry; undefined if the model does not know it. */
export function below(schema: z.ZodType, part: string | number): z.ZodType | undefined {
    const inner = bare(schema);
    if (inner instanceof z.ZodObject) return Object.hasOwn(inner.shape, part) ? (inner.shape[part] as z.ZodType) : undefined;
    if (inner instanceof z.ZodArray) return inner.element as z.ZodType;
    if (inner instanceof z.ZodRecord) return inner.valueType as z.ZodType;
    return undefined;
}

/** The schemas along a path, outermost first, as far as the model knows them. */
export function schemasOn(schema: z.ZodType, path: Path): z.ZodType[] {
    const [part, ...rest] = path;
    const next = part === undefined ? undefined : below(schema, part);
    return next ? [schema, ...schemasOn(next, rest)] : [schema];
}

/** Whether this schema contains a secret at any depth. */
export function holdsSecret(schema: z.ZodType): boolean {
    if (metaOf(schema)?.secret) return true;
    const inner = bare(schema);
    if (inner instanceof z.ZodObject) return propertiesOf(inner).some(([, child]) => holdsSecret(child));
    if (inner instanceof z.ZodArray) return holdsSecret(inner.element as z.ZodType);
    if (inner instanceof z.ZodRecord) return holdsSecret(inner.valueType as z.ZodType);
    return false;
}

/** Calls back with each secret text in a value. */
export function eachSecret(schema: z.ZodType, value: unknown, found: (secret: string) => void): void {
    if (typeof value === "string" && metaOf(schema)?.secret) found(value);
    const entries = Array.isArray(value) ? [...value.entries()] : isTree(value) ? Object.entries(value) : [];
    for (const [part, item] of entries) {
        const child = below(schema, part);
        if (child) eachSecret(child, item, found);
    }
}

/** The value with the model's defaults at every depth. Values that do not match the model stay unchanged. */
export function filled(schema: z.ZodType, value: unknown): unknown {
    if (value === undefined) {
        const preset = defaultOf(schema);
        return preset === undefined ? undefined : filled(bare(schema), preset);
    }
    const inner = bare(schema);
    if (inner instanceof z.ZodObject && isTree(value)) {
        const own = propertiesOf(inner).map(([name, child]) => [name, filled(child, value[name])] as const);
        return { ...value, ...Object.fromEntries(own.filter(([, item]) => item !== undefined)) };
    }
    if (inner instanceof z.ZodArray && Array.isArray(value)) return value.map((item) => filled(inner.element as z.ZodType, item));
    return value;
}

function defaultOf(schema: z.ZodType): unknown {
    if (schema instanceof z.ZodDefault) return schema.parse(undefined);
    if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return defaultOf(schema.unwrap() as z.ZodType);
    return undefined;
}

/** The object schema of a property, if it is an object. */
export function objectOf(schema: z.ZodType): z.ZodObject | undefined {
    const inner = bare(schema);
    return inner instanceof z.ZodObject ? inner : undefined;
}
