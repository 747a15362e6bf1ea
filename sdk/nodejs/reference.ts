import * as pulumi from "@pulumi/pulumi";
import { following, type Kind, type PropertyPath, referenceParts, valueAt } from "../../provider/base/kind";

/** Holds the parts of a resource's reference; shared by all copies of this package that a program may load. */
const PARTS = Symbol.for("pvesmb.reference");

/** A resource that others can refer to, from any copy of this package. */
export interface ResourceWith<Reference> extends pulumi.CustomResource {
    readonly ref: pulumi.Output<Reference>;
}

/**
 * What others store of a resource. Built from the id and the arguments: outputs are unknown in the preview of every update, so all
 * resources that refer to it would show as changed.
 */
export function refOf(resource: pulumi.CustomResource, kind: Kind, args: Record<string, unknown>): pulumi.Output<unknown> {
    const parts = referenceParts(kind, args, pick);
    Object.defineProperty(resource, PARTS, { value: parts });
    return pulumi.output({ id: resource.id, ...parts });
}

const pick = (value: unknown, path: PropertyPath): unknown =>
    path.length === 0 ? value : outputOf(value).apply((known) => valueAt(known, path));

/** An Output of a value whose type the compiler does not know. */
export const outputOf = (value: unknown): pulumi.Output<unknown> => pulumi.output(value as object);

/**
 * Converts an argument to the form that the provider expects. Split into properties, so that in a preview only the unknown ones are
 * unknown.
 */
export function referenceIn(given: unknown): unknown {
    if (!pulumi.CustomResource.isInstance(given)) return given;
    const { [PARTS]: parts, ref } = given as { [PARTS]?: object; ref?: unknown };
    return parts === undefined ? ref : { id: given.id, ...parts };
}

/**
 * An output that starts with another resource's current output. A change there does not change this resource, so its state gets the new
 * value only at its next update or refresh. `like`: what it must be the same as.
 */
export function followed(
    resource: unknown,
    output: string,
    own: pulumi.Output<unknown>,
    like: pulumi.Output<unknown> | undefined,
): pulumi.Output<unknown> {
    if (!pulumi.CustomResource.isInstance(resource)) return own;
    const base = (resource as unknown as Record<string, unknown>)[output];
    return pulumi.all([base, own, like]).apply(([at, said, other]) => following(at, said, other));
}
