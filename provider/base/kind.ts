/**
 * The work of every adapter and SDK that is the same for all kinds, driven by data from the model's metadata (model/kind.ts): fill in
 * names, build references, mark secrets, protect data, refuse an import. Uses neither zod nor Pulumi, since the SDK loads it in users'
 * programs.
 */

/** Property names from the outside in; `*` is any entry of a list or map. */
export type PropertyPath = readonly string[];

/** How a property is derived from the resource's name in the program. */
export type AutoName = "as-is" | "host-label";

/** An input that, when set, means data that a deletion would destroy. */
export interface HoldsData {
    input: string;
    /** Exceptions: a property that is set, or that has this value. */
    unless: readonly { path: PropertyPath; is?: string }[];
}

/** The facts of a kind; a constant in the generated SDK class. */
export interface Kind {
    /** `SmbShare` */
    name: string;
    /** Inputs that come back as outputs just as they were given. */
    inputs: readonly string[];
    /** What the provider says, inputs that it chooses when they are left out included. */
    outputs: readonly string[];
    secrets: readonly PropertyPath[];
    /** Computed outputs that are secret. */
    secretOutputs: readonly string[];
    autoNames?: Readonly<Record<string, AutoName>>;
    /** Inputs for which a program passes a resource, or a list of resources, and the provider gets their references. */
    references?: readonly string[];
    /** What others store of a resource of this kind besides its id: the path of each part in its inputs. */
    reference?: Readonly<Record<string, PropertyPath>>;
    /** Outputs that begin with an output of another resource. */
    follows?: Readonly<Record<string, Follows>>;
    holdsData?: readonly HoldsData[];
    /** Inputs that, when set, place part of the resource outside the container; that part remains when the container is destroyed. */
    outside?: readonly PropertyPath[];
}

export const CANNOT_IMPORT = "cannot be imported; declare it with `adopt: true` to take over what exists";

/** A resource's name in its program: the last part of its URN. */
export const nameIn = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);

/** The inputs, with names derived from the resource's name where the program sets none. */
export function autoNamed<T extends object>({ autoNames = {} }: Pick<Kind, "autoNames">, name: string, inputs: T): T {
    const given = inputs as Record<string, unknown>;
    const made = Object.entries(autoNames).flatMap(([input, style]) =>
        given[input] === undefined || given[input] === null ? [[input, style === "host-label" ? hostLabel(name) : name]] : [],
    );
    return made.length === 0 ? inputs : { ...inputs, ...(Object.fromEntries(made) as object) };
}

/** Derives a host name from any text. */
export function hostLabel(text: string): string {
    const label = text
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "-")
        .slice(0, 63)
        .replace(/^-+|-+$/g, "");
    return label === "" ? "samba" : label;
}

/** The parts of a resource's reference besides its id. `pick` returns the value at a path of one of its inputs. */
export function referenceParts(
    { reference = {} }: Pick<Kind, "reference">,
    inputs: Record<string, unknown>,
    pick: (value: unknown, path: PropertyPath) => unknown = valueAt,
): Record<string, unknown> {
    const parts = Object.entries(reference).map(([part, [input = "", ...path]]) => {
        const value = inputs[input];
        return [part, value === undefined || value === null ? undefined : pick(value, path)] as const;
    });
    return Object.fromEntries(parts.filter(([, value]) => value !== undefined));
}

export const valueAt = (value: unknown, path: PropertyPath): unknown =>
    path.reduce<unknown>((at, name) => (isPlain(at) ? at[name] : undefined), value);

/** An output that begins with `output` of the resource in `input`, and changes with it. */
export interface Follows {
    input: string;
    output: string;
    /** Only as long as it is the same as this output of its own resource. */
    like?: string;
}

/**
 * A text that begins with another resource's text, moved to its current one. `own` is the provider's value, if there is one; `like` what it
 * must be the same as, which states of earlier versions lack.
 */
export const following = (base: unknown, own: unknown, like?: unknown): unknown =>
    typeof base === "string" && typeof own === "string" && (like === undefined || like === own)
        ? base + own.slice(own.lastIndexOf("\\"))
        : own;

/** Whether a value is only known later (Pulumi's Outputs). */
type IsLater = (value: unknown) => boolean;
const never: IsLater = () => false;

/** Whether a deletion would destroy data; `later`: this depends on a value that is not known yet. */
export function holdsData({ holdsData: all = [] }: Pick<Kind, "holdsData">, inputs: object, isLater: IsLater = never): boolean | "later" {
    const given = inputs as Record<string, unknown>;
    const verdicts = all.map(({ input, unless }) => {
        if (given[input] === undefined || given[input] === null) return false;
        const exceptions = unless.map(({ path, is }) => isMet(given, path, is, isLater));
        if (exceptions.includes(true)) return false;
        return isLater(given[input]) || exceptions.includes("later") ? "later" : true;
    });
    return verdicts.includes(true) || (verdicts.includes("later") ? "later" : false);
}

/** Whether part of the resource remains when the container is destroyed. A value that is only known later counts as yes. */
export const staysBehind = ({ outside = [] }: Pick<Kind, "outside">, inputs: object, isLater: IsLater = never): boolean =>
    outside.some((path) => isMet(inputs as Record<string, unknown>, path, undefined, isLater) !== false);

function isMet(inputs: Record<string, unknown>, path: PropertyPath, is: string | undefined, isLater: IsLater): boolean | "later" {
    let value: unknown = inputs;
    for (const name of path) {
        if (isLater(value)) return "later";
        value = isPlain(value) ? value[name] : undefined;
    }
    // A value that is only known later counts as set.
    if (is === undefined) return value !== undefined && value !== null;
    return isLater(value) ? "later" : value === is;
}

/** How an adapter marks a secret, and waits for a later value. */
export interface SecretMarker {
    secret(value: unknown): unknown;
    isLater: IsLater;
    /** A value that is only known later, secret if `isSecret` returns true then: it can only be marked as a whole. */
    whenKnown(value: unknown, isSecret: (known: unknown) => boolean): unknown;
}

/** The value with everything secret in it marked as such, whatever the user did. */
export function markSecrets(value: unknown, secrets: readonly PropertyPath[], sealing: SecretMarker): unknown {
    if (value === undefined || value === null || secrets.length === 0) return value;
    if (secrets.some((path) => path.length === 0)) return sealing.secret(value);
    if (sealing.isLater(value)) return sealing.whenKnown(value, (known) => hasSecret(known, secrets));
    if (Array.isArray(value)) return value.map((item) => markSecrets(item, below(secrets, "*"), sealing));
    if (!isPlain(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, markSecrets(item, below(secrets, name), sealing)]));
}

function hasSecret(value: unknown, secrets: readonly PropertyPath[]): boolean {
    if (value === undefined || value === null || secrets.length === 0) return false;
    if (secrets.some((path) => path.length === 0)) return true;
    if (Array.isArray(value)) return value.some((item) => hasSecret(item, below(secrets, "*")));
    return isPlain(value) && Object.entries(value).some(([name, item]) => hasSecret(item, below(secrets, name)));
}

const below = (secrets: readonly PropertyPath[], name: string): PropertyPath[] =>
    secrets.filter(([first]) => first === name || first === "*").map((path) => path.slice(1));

const isPlain = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
