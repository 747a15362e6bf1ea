import * as pulumi from "@pulumi/pulumi";
import { type Kind, staysBehind } from "../../provider/base/kind";
import { isLater } from "./protect";

/** Holds the gateway whose container has all of a resource in it. Known to every copy of this package that a program may have loaded. */
const WHOLE = Symbol.for("pvesmb.whole");

/**
 * Notes on a resource which gateway takes along what is on it: a gateway itself, and of a share that gateway which the share is on. None where
 * the gateway's data stay behind, in a directory of the node.
 */
export function goesWith(resource: pulumi.CustomResource, kind: Kind, args: object): void {
    const whole = kind.references === undefined ? (staysBehind(kind, args, isLater) ? undefined : resource) : gatewayOf(kind, args);
    Object.defineProperty(resource, WHOLE, { value: whole });
}

/**
 * Options of a resource on a gateway: it is deleted with the gateway. The container takes it along, whether it runs or not, and when the
 * gateway refuses to be deleted, nothing on it has gone before. Not where something stays behind: in a directory of the node (`data.bind`), or
 * a timer on the node. Such a resource has to be deleted by itself.
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
