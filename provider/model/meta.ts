import * as z from "zod";
import type { Failure } from "../base/handler";

/** How to compare two values of a property; default: exactly. */
export type Compare =
    /** Sizes with units, compared in bytes: "4GiB" equals "4096MiB". */
    | "bytes"
    /** Lists without order or duplicates. */
    | "set"
    /** Lists of objects without order, matched by the first of these keys that is present. */
    | { byKey: string[] }
    | "caseless"
    /** IP addresses and networks in any spelling. */
    | "address"
    /** Text except for white space at both ends (PVE appends a newline to descriptions). */
    | "trimmed"
    /** Used at creation only: later changes are ignored, with a warning (see consequences.ts). */
    | "ignore";

/** The side effect of a change: docs and previews show it, handlers act on it. */
export interface Consequence {
    /** A clause: "open connections to the share are closed". */
    does: string;
    /** The change that causes it, for docs: "set to `false`". Default: any. */
    when?: string;
    /** Whether a change of value causes it, or the principals that it affects. Default: every change does. */
    if?(before: unknown, after: unknown): boolean | string[];
    /** What the handler must do. */
    effect?: "closes-share" | "restarts-smbd";
}

/** What the schema, the SDK, the docs and the diff need to know about a property besides its type. */
export interface FieldMeta {
    description: string;
    /** Unit of a number, for docs ("seconds"). */
    unit?: string;
    /** The default in words, if it is not a plain value of the schema. */
    defaultText?: string;
    secret?: boolean;
    /**
     * A change replaces the resource; the text gives the reason, for docs. On an object it applies when the object is added or removed; its
     * properties have their own metadata.
     */
    replace?: string;
    /**
     * A change is refused in the preview: the reason and the remedy. Accepted if another property replaces the resource anyway. On an
     * object it applies when the object is added or removed, like `replace`.
     */
    fixed?: string;
    /** On an object it applies when the object is added or removed, like `replace`. */
    brings?: Consequence;
    compare?: Compare;
    /** Environment variables that supply it (connection only). */
    env?: string[];
    /** If the user omits it, the provider chooses a value and returns it as an output of the same name. */
    chosen?: boolean;
    /** An output of every finished resource; an unfinished one may lack it. */
    always?: boolean;
    deprecated?: string;
    /** Set by the SDK or by read, not by users; not in the docs. */
    hidden?: boolean;
    examples?: string[];
}

export const fields = z.registry<FieldMeta>();

/** Attaches metadata. Call it last: every zod method returns a new schema without it. */
export function field<T extends z.ZodType>(schema: T, meta: FieldMeta): T {
    fields.add(schema, meta);
    return schema;
}

/** The metadata of a schema, also inside optional, default and the like. */
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

/** The schema inside optional, default and the like. */
export function bare(schema: z.ZodType): z.ZodType {
    const inner = unwrapOnce(schema);
    return inner ? bare(inner) : schema;
}

/** A rule across properties. A preview skips it while a property that it needs is unknown. */
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
    /** What deletion does to data and sessions: one sentence or more. */
    deletion: string;
    rules: Rule<z.infer<I>>[];
    /** Inputs as they take effect, with defaults: one property may set the defaults of others. */
    effective?(inputs: Record<string, unknown>): Record<string, unknown>;
    /** Why a replacement of the resource in this state would fail or lose something without being asked to. No I/O: diff calls it. */
    irreplaceable?(state: Record<string, unknown>, news: Record<string, unknown>): Failure[];
    /** State format; the handler migrates older formats and refuses newer ones. */
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
