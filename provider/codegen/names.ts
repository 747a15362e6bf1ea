import type { z } from "zod";
import { bare, type Model, typeMetaOf } from "../model/meta";
import { fieldsOf, type Shape, shapeOf } from "./shape";

/** A named object or enum type, with the same name in all languages. */
export type NamedType = { name: string; object: z.ZodObject } | { name: string; values: string[]; description: string };

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
/** `nodes` of a list or map names its entries `Node`, `aclEntries` `AclEntry`. */
export const singular = (text: string): string => text.replace(/ies$/, "y").replace(/(?<=ss|x|sh)es$|(?<=[^s])s$/, "");

/** All named types of the models, in order of first appearance. */
export class Names {
    private readonly bySchema = new Map<z.ZodType, string>();
    readonly types: NamedType[] = [];

    constructor(models: readonly Model[]) {
        for (const model of models) {
            this.collect(model.inputs, model.kind);
            this.collect(model.outputs, model.kind);
        }
        // Those that no resource takes as input.
        for (const { kind, reference } of models)
            if (reference !== undefined) this.visit(reference, { kind: "object", object: reference }, `${kind}Ref`, "");
    }

    of(schema: z.ZodType): string {
        const name = this.bySchema.get(bare(schema));
        if (name === undefined) throw new Error("codegen: a type without a name");
        return name;
    }

    private collect(object: z.ZodObject, prefix: string): void {
        for (const { name, schema, shape, meta } of fieldsOf(object)) this.visit(schema, shape, prefix + capital(name), meta.description);
    }

    private visit(schema: z.ZodType, shape: Shape, name: string, description: string): void {
        if (shape.kind === "array" || shape.kind === "record") this.visit(shape.of, shapeOf(shape.of), singular(name), description);
        if (shape.kind === "enum") this.add(schema, name, (own) => ({ name: own, values: shape.values, description }));
        if (shape.kind === "object" && this.add(schema, name, (own) => ({ name: own, object: shape.object })))
            this.collect(shape.object, this.of(schema));
    }

    private add(schema: z.ZodType, name: string, make: (name: string) => NamedType): boolean {
        const key = bare(schema);
        if (this.bySchema.has(key)) return false;
        const own = typeMetaOf(key)?.name ?? name;
        if (this.types.some((type) => type.name === own)) throw new Error(`codegen: two types are called ${own}`);
        this.bySchema.set(key, own);
        this.types.push(make(own));
        return true;
    }
}
