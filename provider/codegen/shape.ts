import * as z from "zod";
import { bare, type FieldMeta, isReference, metaOf } from "../model/meta";
import { propertiesOf } from "../model/schema";
import { boundsText } from "../model/size";

/** The kind of value a schema describes, in terms that all Pulumi languages share. */
export type Shape =
    | { kind: "string" | "boolean" | "number" | "integer" }
    | { kind: "enum"; values: string[] }
    | { kind: "array" | "record"; of: z.ZodType }
    | { kind: "object"; object: z.ZodObject };

/** Refuses schemas that some Pulumi language cannot express: above all unions (pulumi.md 3). */
export function shapeOf(schema: z.ZodType): Shape {
    const inner = bare(schema);
    if (inner instanceof z.ZodObject) return { kind: "object", object: inner };
    if (inner instanceof z.ZodArray) return { kind: "array", of: inner.element as z.ZodType };
    if (inner instanceof z.ZodRecord) return { kind: "record", of: inner.valueType as z.ZodType };
    if (inner instanceof z.ZodEnum) return { kind: "enum", values: inner.options.map(String) };
    if (inner instanceof z.ZodNumber) return { kind: inner.format === "safeint" ? "integer" : "number" };
    const { type } = inner.def;
    if (type === "string" || type === "boolean") return { kind: type };
    throw new Error(`codegen: ${type} has no place in a model; use an enum and optional groups`);
}

export interface Field {
    name: string;
    schema: z.ZodType;
    meta: FieldMeta;
    shape: Shape;
    /** May be omitted. */
    optional: boolean;
    /** Its default, if any. */
    preset: unknown;
}

/** What a property means: its description, its unit and the bounds of a size. */
export function meaningOf({ schema, meta }: Pick<Field, "schema" | "meta">): string {
    const within = boundsText(bare(schema));
    return [meta.description, ...(meta.unit ? [`In ${meta.unit}.`] : []), ...(within === undefined ? [] : [within])].join(" ");
}

/** The visible properties of an object. */
export function fieldsOf(object: z.ZodObject): Field[] {
    return propertiesOf(object).flatMap(([name, schema]) => {
        const meta = metaOf(schema);
        if (!meta) throw new Error(`codegen: property ${name} has no metadata`);
        const parsed = schema.safeParse(undefined);
        return meta.hidden
            ? []
            : [{ name, schema, meta, shape: shapeOf(schema), optional: parsed.success, preset: parsed.success ? parsed.data : undefined }];
    });
}

/** What a change of the property does to the resource, as a sentence, if it replaces it or is refused. */
export function replaceText({ meta, shape }: Field): string | undefined {
    if (!meta.replace && !meta.fixed) return undefined;
    // Properties of an object have their own metadata (FieldMeta.replace).
    const what = shape.kind === "object" && !isReference(shape.object) ? "Adding or removing it" : "A change";
    return meta.replace ? `${what} replaces the resource: ${meta.replace}.` : `${what} is refused: ${meta.fixed}.`;
}
