import * as pulumi from "@pulumi/pulumi";
import { type Kind, staysBehind } from "../../provider/base/kind";
import { isLater } from "./protect";

/** Holds the gateway that contains a resource completely. All copies of this package that a program may have loaded share it. */
const WHOLE = Symbol.for("pvesmb.whole");

/**
 * Records on a resource with which gateway its dependents are deleted: for a gateway itself, for a share its gateway. None if the gateway's
 * data remain in a directory on the node.
 */
export function goesWith(resource: pulumi.CustomResource, kind: Kind, args: object): void {
    const whole = kind.references === undefined ? (staysBehind(kind, args, isLater) ? undefined : resource) : gatewayOf(kind, args);
    Object.defineProperty(resource, WHOLE, { value: whole });
}

/**
 * Options of a resource on a gateway: it is deleted with the gateway. Destroying the container removes it, whether the container runs or
 * not, and if the gateway refuses to be deleted, nothing on it has been deleted yet. This does not apply if something would remain: files in a
 * directory on the node (`data.bind`), or a timer on the node. Such a resource must be deleted separately.
 */
export function goingWith(kind: Kind, args: object, opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
    const gateway = gatewayOf(kind, args);
    return gateway === undefined || opts.deletedWith !== undefined || staysBehind(kind, args, isLater)
        ? opts
        : { ...opts, deletedWith: gateway };
}

function gatewayOf({ references = [] }: Kind, args: object): pulumi.Resource | undefined {
    const given = references
        .map((input) => (args as Record<string, unknown>)[input])
        .filter((value) => pulumi.CustomResource.isInstance(value));
    return given.map((resource) => (resource as { [WHOLE]?: pulumi.Resource })[WHOLE]).find((whole) => whole !== undefined);
}
