import * as z from "zod";
import type { Kind, PropertyPath } from "../base/kind";
import { bare, type FieldMeta, metaOf, type Model, referenceOf } from "./meta";
import { holdsSecret, propertiesOf } from "./schema";

type Named = readonly [name: string, meta: FieldMeta, schema: z.ZodType];

/** The facts of a kind, as data for SDKs and adapters; all of them come from the metadata. */
export function kindOf(model: Model): Kind {
    const inputs = shown(model.inputs);
    const outputs = shown(model.outputs);
    const names = (all: Named[]): string[] => all.map(([name]) => name);
    const chosen = inputs.filter(([, meta]) => meta.chosen);
    const references = names(inputs.filter(([, , schema]) => referenceOf(schema) !== undefined));
    const held = inputs.flatMap(([input, { holdsData: unless }]) => (unless === undefined ? [] : [{ input, unless }]));
    const outside = pathsOf(model.inputs, (meta) => meta.outside === true);
    return {
        name: model.kind,
        inputs: names(inputs.filter(([, meta]) => !meta.chosen)),
        outputs: names([...chosen, ...outputs]),
        secrets: secretPaths(model.inputs),
        secretOutputs: propertiesOf(model.outputs).flatMap(([name, schema]) => (holdsSecret(schema) ? [name] : [])),
        ...some(
            "autoNames",
            per(inputs, ({ autoName }) => autoName),
        ),
        ...(references.length > 0 ? { references } : {}),
        ...(model.reference === undefined ? {} : { reference: partsOf(model.reference) }),
        ...some(
            "follows",
            per(outputs, ({ follows }) => follows),
        ),
        ...(held.length > 0 ? { holdsData: held } : {}),
        ...(outside.length > 0 ? { outside } : {}),
    };
}

function shown(object: z.ZodObject): Named[] {
    return propertiesOf(object).flatMap(([name, schema]) => {
        const meta = metaOf(schema);
        return meta === undefined || meta.hidden ? [] : [[name, meta, schema] as const];
    });
}

function per<T>(all: Named[], what: (meta: FieldMeta) => T | undefined): Record<string, T> {
    return Object.fromEntries(
        all.flatMap(([name, meta]) => {
            const found = what(meta);
            return found === undefined ? [] : [[name, found]];
        }),
    );
}

const some = <K extends string, T>(key: K, value: Record<string, T>): { [key in K]?: Record<string, T> } =>
    Object.keys(value).length > 0 ? ({ [key]: value } as { [key in K]?: Record<string, T> }) : {};

/** The source of each part of a reference. The id is the resource's own. */
function partsOf(reference: z.ZodObject): Record<string, PropertyPath> {
    return Object.fromEntries(
        propertiesOf(reference).flatMap(([part, schema]) => {
            const meta = metaOf(schema);
            return meta?.identity ? [] : [[part, (meta?.from ?? part).split(".")]];
        }),
    );
}

/** Paths of all secrets at and below a schema; `*` is any entry of a list or map. */
export const secretPaths = (schema: z.ZodType): PropertyPath[] => pathsOf(schema, (meta) => meta.secret === true);

function pathsOf(schema: z.ZodType, is: (meta: FieldMeta) => boolean): PropertyPath[] {
    const meta = metaOf(schema);
    if (meta !== undefined && is(meta)) return [[]];
    const inner = bare(schema);
    const at = (name: string, child: z.ZodType): PropertyPath[] => pathsOf(child, is).map((path) => [name, ...path]);
    if (inner instanceof z.ZodObject) return propertiesOf(inner).flatMap(([name, child]) => at(name, child));
    if (inner instanceof z.ZodArray) return at("*", inner.element as z.ZodType);
    if (inner instanceof z.ZodRecord) return at("*", inner.valueType as z.ZodType);
    return [];
}
