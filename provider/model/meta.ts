import * as z from "zod";
import type { Failure } from "../base/handler";

/** How two values of a property are compared; anything else is compared as it is. */
export type Compare =
    /** Sizes with units, as bytes: "4GiB" is "4096MiB". */
    | "bytes"
    /** Lists without order or doubles. */
    | "set"
    /** Lists of objects without order, paired by these keys (the first one that is present). */
    | { byKey: string[] }
    | "caseless"
    /** IP addresses and networks in any spelling. */
    | "address"
    /** Text up to white space at its ends (PVE adds a line end to descriptions). */
    | "trimmed"
    /** Facts of the creation: a later difference is no difference (it is told, see consequences.ts). */
    | "ignore";

/** What a change of a property does beside giving it its new value: told by docs and previews, and gone by in handlers. */
export interface Consequence {
    /** As part of a sentence: "open connections to the share are closed". */
    does: string;
    /** Which changes, for docs: "set to `false`". Left out: any. */
    when?: string;
    /** Whether a change (from one value to another) is such a one; or whom it concerns, if anybody. Left out: any change is. */
    if?(before: unknown, after: unknown): boolean | string[];
    /** What the handler has to do for it. */
    effect?: "closes-share" | "restarts-smbd";
}

/** What the schema, the SDK, the docs and the diff need to know of a property beyond its type. */
export interface FieldMeta {
    description: string;
    /** Unit of a number, for docs ("seconds"). */
    unit?: string;
    /** Default in words, where it is not a plain value of the schema. */
    defaultText?: string;
    secret?: boolean;
    /**
     * A change replaces the resource; the text says why, for docs. On an object it is about the object's appearing or disappearing: inside
     * it each property speaks for itself.
     */
    replace?: string;
    /**
     * A change is refused, in the preview already: why, and what to do in its place. Where another property replaces the resource anyway it
     * is taken. On an object it is about the object's appearing or disappearing, as `replace` is.
     */
    fixed?: string;
    /** On an object it is about the object's appearing or disappearing, as `replace` is. */
    brings?: Consequence;
    compare?: Compare;
    /** Environment variables that supply it (connection only). */
    env?: string[];
    /** Left out by the user, the provider chooses a value, which is then an output of the same name. */
    chosen?: boolean;
    /** An output that every finished resource has, though one that was never finished may lack it. */
    always?: boolean;
    deprecated?: string;
    /** Set by the SDK or by read, not by users; left out of docs. */
    hidden?: boolean;
    examples?: string[];
}

export const fields = z.registry<FieldMeta>();

/** Attaches metadata; last call on a schema, because every zod method makes a new schema without it. */
export function field<T extends z.ZodType>(schema: T, meta: FieldMeta): T {
    fields.add(schema, meta);
    return schema;
}

/** The metadata of a schema, seen through optional, default and the like. */
export function metaOf(schema: z.ZodType): FieldMeta | undefined {
    const own = fields.get(schema);
    if (own) return own;
    const inner = unwrapOnce(schema);
    return inner && metaOf(inner);
}

export function unwrapOnce(schema: z.ZodType): z.ZodType | undefined {
    if (
        schema instanceof z.ZodOptional ||
        schema instanceof z.ZodDefault ||
        schema instanceof z.ZodNullable ||
        schema instanceof z.ZodPrefault
    )
        return schema.unwrap() as z.ZodType;
    return undefined;
}

/** The schema under optional, default and the like. */
export function bare(schema: z.ZodType): z.ZodType {
    const inner = unwrapOnce(schema);
    return inner ? bare(inner) : schema;
}

/** A rule across properties. It is skipped in a preview while one of the properties it needs is unknown. */
export interface Rule<Inputs> {
    needs: string[];
    check(inputs: Inputs): Failure[];
}

/** One kind of resource: the source of its types, checks, diff, schema, SDK class and docs page. */
export interface Model<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
    /** `SmbShare`; the Pulumi type is `pulumi-nodejs:dynamic/pvesmb:SmbShare`. */
    kind: string;
    description: string;
    /** A TypeScript example for the docs page. */
    example: string;
    inputs: I;
    /** Computed outputs only; every input is an output too. */
    outputs: O;
    /** What becomes of data and sessions when it is deleted: a sentence or more. */
    deletion: string;
    rules: Rule<z.infer<I>>[];
    /** Inputs, with defaults, as they take effect: where one property gives others their defaults. */
    effective?(inputs: Record<string, unknown>): Record<string, unknown>;
    /** What would come of a replacement of what this state is about that had to fail, or to lose something unasked. No I/O: diff asks. */
    irreplaceable?(state: Record<string, unknown>, news: Record<string, unknown>): Failure[];
    /** What a preview says of a resource that will be made. No I/O: check asks. */
    announcements?(news: Record<string, unknown>): string[];
    /** Format of the state; older ones are migrated by the handler, newer ones refused. */
    version: number;
}

/** Inputs that the SDK and the runtime add to every resource. */
export const hiddenInputs = {
    key: field(z.string().optional(), { description: "The resource's URN: its identity on hosts and in PVE.", hidden: true }),
    drift: field(z.array(z.string()).optional(), {
        description: "Differences between host and program that no property shows; filled by refresh, cleared by up.",
        hidden: true,
    }),
    ignored: field(z.array(z.string()).optional(), {
        description:
            "The resource option `ignoreChanges`, which Pulumi tells no provider: what `drift` has of these properties is no difference.",
        hidden: true,
    }),
};
