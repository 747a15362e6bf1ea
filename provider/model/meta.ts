import * as z from "zod";
import type { Failure } from "../base/handler";
import type { AutoName, Follows, HoldsData } from "../base/kind";
import type { Migration } from "./migrations";
import type { FeatureName } from "./permissions/features";

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
    effect?: Consequence;
    compare?: Compare;
    /** Environment variables that supply it (connection only). */
    env?: string[];
    /** If the user omits it, the provider chooses a value and returns it as an output of the same name. */
    chosen?: boolean;
    /** An output of every finished resource; an unfinished one may lack it. */
    always?: boolean;
    deprecated?: string;
    /** If the user omits it, it is derived from the resource's name in the program. */
    autoName?: AutoName;
    /** If this input is set, deletion would destroy data: Pulumi protects the resource unless one of these holds. */
    holdsData?: HoldsData["unless"];
    /** If this input is set, part of the resource is outside the container and remains when the container is destroyed. */
    outside?: boolean;
    /** An output that begins with an output of the resource in an input, and changes with it. */
    follows?: Follows;
    /**
     * In a reference: the id of the resource. If it is unknown, that resource is being replaced, and so is every resource that refers to
     * it.
     */
    identity?: boolean;
    /**
     * On a `connection`: the parts that the resource needs, given the object that contains it. Default: both. Parts that are not needed are
     * not required.
     */
    needs?(beside: Readonly<Record<string, unknown>>): readonly ConnectionPart[];
    /** In a reference: the input of the resource that supplies this part, if its name differs (`volume.size`). */
    from?: string;
    /** An output: SSH host keys with which children verify their host before they trust its notes (base/pins.ts). */
    pins?: boolean;
    /** Set by the SDK or by read, not by users; not in the docs. */
    hidden?: boolean;
    examples?: string[];
}

export type ConnectionPart = "proxmox" | "ssh";

export const fields = z.registry<FieldMeta>();

/** Attaches metadata. Call it last: every zod method returns a new schema without it. */
export function field<T extends z.ZodType>(schema: T, meta: FieldMeta): T {
    fields.add(schema, meta);
    return schema;
}

/** Metadata of an object type, wherever it is used. */
export interface TypeMeta {
    /** Its name in all languages. Types without a name are named after their first path. */
    name: string;
    /** It refers to a resource, which users pass instead: a description for docs. The kinds are those with this `reference`. */
    reference?: string;
    /** Several kinds may be passed: the names of their references. */
    of?: readonly string[];
}

const types = z.registry<TypeMeta>();

export function named<T extends z.ZodObject>(schema: T, meta: TypeMeta): T {
    types.add(schema, meta);
    return schema;
}

export function typeMetaOf(schema: z.ZodType): TypeMeta | undefined {
    const inner = bare(schema);
    return inner instanceof z.ZodObject ? types.get(inner) : undefined;
}

export const isReference = (schema: z.ZodType): boolean => typeMetaOf(schema)?.reference !== undefined;

/** The reference that a property is, or that its entries are. */
export function referenceOf(schema: z.ZodType): z.ZodType | undefined {
    const inner = bare(schema);
    const one = inner instanceof z.ZodArray ? (inner.element as z.ZodType) : inner;
    return isReference(one) ? one : undefined;
}

/** The metadata of a schema, also inside optional, default and the like. */
export function metaOf(schema: z.ZodType): FieldMeta | undefined {
    const own = fields.get(schema);
    if (own) return own;
    const inner = unwrapOnce(schema);
    return inner && metaOf(inner);
}

/** The schema inside a wrapper (optional, default, readonly and the like). */
export function unwrapOnce(schema: z.ZodType): z.ZodType | undefined {
    const { type, innerType } = schema.def as { type: string; innerType?: z.ZodType };
    // These store their schemas elsewhere: metadata in them would be ignored silently.
    if (OPAQUE.has(type)) throw new Error(`model: ${type} has no place in a model; its metadata would not be seen`);
    return innerType;
}

const OPAQUE = new Set(["pipe", "lazy", "transform", "promise", "custom"]);

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
    /** `SmbShare`: the name in the registry; the Pulumi type is `pulumi-nodejs:dynamic/pvesmb:SmbShare`. */
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
    /** What a preview prints about a resource that will be created. No I/O: check calls it. */
    announcements?(news: Record<string, unknown>): string[];
    /** What other resources store of this one, if they can refer to it: `id` and parts of its inputs. */
    reference?: z.ZodObject;
    /** What it needs from Proxmox VE and from hosts. */
    uses: readonly FeatureName[];
    /** State format; older ones are migrated, newer ones refused. */
    version: number;
    /** By source format. */
    migrations?: Record<number, Migration>;
}

/** Inputs that the SDK and the runtime add to every resource. */
export const hiddenInputs = {
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
