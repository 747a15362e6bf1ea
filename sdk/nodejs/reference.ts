import * as pulumi from "@pulumi/pulumi";
import { following, type Kind, type PropertyPath, referenceParts, valueAt } from "../../provider/base/kind";

/** Holds what a resource's reference is made of. Known to every copy of this package that a program may have loaded. */
const PARTS = Symbol.for("pvesmb.reference");

/** A resource that others refer to, of whatever copy of this package. */
export interface ResourceWith<Reference> extends pulumi.CustomResource {
    readonly ref: pulumi.Output<Reference>;
}

/**
 * What others keep of a resource. It is made from the id and the arguments, not from outputs: those are unknown in the preview of every
 * update of it, and all that refers to it would show as changed.
 */
export function refOf(resource: pulumi.CustomResource, kind: Kind, args: Record<string, unknown>): pulumi.Output<unknown> {
    const parts = referenceParts(kind, args, pick);
    Object.defineProperty(resource, PARTS, { value: parts });
    return pulumi.output({ id: resource.id, ...parts });
}

const pick = (value: unknown, path: PropertyPath): unknown =>
    path.length === 0 ? value : outputOf(value).apply((known) => valueAt(known, path));

/** An Output of a value of which the compiler knows nothing. */
export const outputOf = (value: unknown): pulumi.Output<unknown> => pulumi.output(value as object);

/** An argument in the form that the provider knows. Taken apart, so that in a preview only what is unknown is so. */
export function referenceIn(given: unknown): unknown {
    if (!pulumi.CustomResource.isInstance(given)) return given;
    const { [PARTS]: parts, ref } = given as { [PARTS]?: object; ref?: unknown };
    return parts === undefined ? ref : { id: given.id, ...parts };
}

/**
 * An output at the place where the resource that it begins with is now. The resource itself does not change with that one, so that what is
 * in its state follows at its next update or refresh only.
 */
export function followed(resource: unknown, output: string, own: pulumi.Output<unknown>): pulumi.Output<unknown> {
    if (!pulumi.CustomResource.isInstance(resource)) return own;
    const base = (resource as unknown as Record<string, unknown>)[output];
    return pulumi.all([base, own]).apply(([at, said]) => following(at, said));
}
