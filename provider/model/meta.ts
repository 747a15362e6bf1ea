import * as z from "zod";
import type { Failure } from "../base/handler";
import type { AutoName, HoldsData } from "../base/kind";
import type { Migration } from "./migrations";
import type { FeatureName } from "./permissions/features";

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
    /** Left out by the user, it is made of the resource's name in the program. */
    autoName?: AutoName;
    /** A gift of this input means data that a deletion would destroy: Pulumi protects the resource, unless one of these holds. */
    holdsData?: HoldsData["unless"];
    /** An output that begins with the output of the same name of the resource that this input refers to, and moves with it. */
    follows?: string;
    /**
     * In a reference: the id of the resource that it stands for. Where it is unknown, that resource is being made anew, and so is
     * what refers to it.
     */
    identity?: boolean;
    /**
     * Of a `connection`: which parts of it the resource needs, by the object that it stands in. Left out: both. What is not needed is
     * not asked for.
     */
    needs?(beside: Readonly<Record<string, unknown>>): readonly ConnectionPart[];
    /** In a reference: the input of the resource that this part is taken from, where it has another name (`volume.size`). */
    from?: string;
    /** An output: SSH host keys by which what is on this resource knows its host, before any note on it is believed (base/pins.ts). */
    pins?: boolean;
    /** Set by the SDK or by read, not by users; left out of docs. */
    hidden?: boolean;
    examples?: string[];
}

export type ConnectionPart = "proxmox" | "ssh";

export const fields = z.registry<FieldMeta>();

/** Attaches metadata; last call on a schema, because every zod method makes a new schema without it. */
export function field<T extends z.ZodType>(schema: T, meta: FieldMeta): T {
    fields.add(schema, meta);
    return schema;
}

/** What is known of an object type wherever it stands. */
export interface TypeMeta {
    /** Its name in all languages. Types without one are named after the place where they stand first. */
    name: string;
    /** It stands for a resource, which users give in its place: what it is, for docs. Which kinds: those whose `reference` it is. */
    reference?: string;
}

const types = z.registry<TypeMeta>();

export function named<T extends z.ZodObject>(schema: T, meta: TypeMeta): T {
    types.add(schema, meta);
    return schema;
}

export const typeMetaOf = (schema: z.ZodType): TypeMeta | undefined => types.get(bare(schema));

export const isReference = (schema: z.ZodType): boolean => typeMetaOf(schema)?.reference !== undefined;

/** The metadata of a schema, seen through optional, default and the like. */
export function metaOf(schema: z.ZodType): FieldMeta | undefined {
    const own = fields.get(schema);
    if (own) return own;
    const inner = unwrapOnce(schema);
    return inner && metaOf(inner);
}

/** What a wrapper (optional, default, readonly and the like) is around. */
export function unwrapOnce(schema: z.ZodType): z.ZodType | undefined {
    const { type, innerType } = schema.def as { type: string; innerType?: z.ZodType };
    // These hold their schemas elsewhere: metadata in them would be passed over without a word.
    if (OPAQUE.has(type)) throw new Error(`model: ${type} has no place in a model; its metadata would not be seen`);
    return innerType;
}

const OPAQUE = new Set(["pipe", "lazy", "transform", "promise", "custom"]);

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
    /** `SmbShare`: its name in the registry; the Pulumi type is `pulumi-nodejs:dynamic/pvesmb:SmbShare`. */
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
    /** What others keep of such a resource, if anything refers to it: `id`, and parts of its inputs. */
    reference?: z.ZodObject;
    /** What it needs of Proxmox VE and of hosts. */
    uses: readonly FeatureName[];
    /** Format of the state; older ones are migrated, newer ones refused. */
    version: number;
    /** By the format that each starts from. */
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
