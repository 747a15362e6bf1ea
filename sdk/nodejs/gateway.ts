import * as pulumi from "@pulumi/pulumi";
import type { ConnectionArgs, GatewayRefArgs } from "./generated/inputs";
import type { GatewayRef } from "./generated/outputs";

/** Holds a gateway's `connection` argument. Known to every copy of this package that a program may have loaded. */
const CONNECTION = Symbol.for("pvesmb.connection");
/** Says that everything on a gateway is inside its container. */
const WHOLE = Symbol.for("pvesmb.whole");

/** An SmbGateway, of whatever copy of this package. */
export interface GatewayLike extends pulumi.CustomResource {
    readonly ref: pulumi.Output<GatewayRef>;
}

/**
 * What children and other stacks keep of a gateway. It is made from the id and the arguments, not from outputs: those are unknown in the
 * preview of every update of the gateway, and all its shares would show as changed.
 */
export function refOf(gateway: pulumi.CustomResource, { connection, data }: GatewayParts): pulumi.Output<GatewayRef> {
    Object.defineProperty(gateway, CONNECTION, { value: connection });
    Object.defineProperty(gateway, WHOLE, { value: !isLater(data) && !onNode(data) });
    return pulumi.output({ id: gateway.id, connection });
}

/** The `gateway` of a child in the form that the provider knows. Taken apart, so that in a preview only what is unknown is so. */
export function gatewayInput(gateway: GatewayLike | pulumi.Input<GatewayRefArgs>): pulumi.Input<GatewayRefArgs> {
    if (!pulumi.CustomResource.isInstance(gateway)) return gateway;
    const { [CONNECTION]: connection } = gateway as GatewayLike & { [CONNECTION]?: pulumi.Input<ConnectionArgs> };
    return { id: gateway.id, connection };
}

/**
 * Options of a resource on a gateway: it is deleted with the gateway. The container takes it along, whether it runs or not, and when the
 * gateway refuses to be deleted, nothing on it has gone before. Not where something stays behind: in a directory of the node (`data.bind`), or
 * with `outlives`. Such a resource has to be deleted by itself.
 */
export function goingWith(gateway: unknown, opts: pulumi.CustomResourceOptions = {}, outlives = false): pulumi.CustomResourceOptions {
    const whole = pulumi.CustomResource.isInstance(gateway) && (gateway as { [WHOLE]?: boolean })[WHOLE] === true;
    return !whole || outlives || opts.deletedWith !== undefined ? opts : { ...opts, deletedWith: gateway };
}

/**
 * A gateway whose data would go with it is protected by the engine itself, so that `destroy` stops before any of its shares is gone. The engine
 * takes no Output for that: where it is only known later whether there is something to protect, the provider's own refusal has to do.
 */
export function protectData(
    { data, dataOnDelete }: DataArgs,
    opts: pulumi.CustomResourceOptions = {},
    name: string,
): pulumi.CustomResourceOptions {
    if (opts.protect !== undefined || data === undefined || dataOnDelete === "destroy") return opts;
    if (!isLater(data) && !isLater(dataOnDelete)) return onNode(data) ? opts : { ...opts, protect: true };
    // Then what is on it goes with it, so that the provider's refusal comes in time.
    if (!isLater(data)) return opts;
    void pulumi.output({ data, dataOnDelete }).apply((known) => {
        if (known.data !== undefined && !onNode(known.data) && known.dataOnDelete !== "destroy")
            void pulumi.log.warn(
                `SmbGateway ${name}: Pulumi cannot protect the gateway, because \`data\` is an Output: \`pulumi destroy\` deletes its shares and users before the gateway refuses to be deleted with its data. Give a plain object (its properties may be Outputs), or the resource option \`protect: true\``,
            );
    });
    return opts;
}

interface GatewayParts {
    connection?: pulumi.Input<ConnectionArgs>;
    data?: unknown;
}

interface DataArgs {
    data?: unknown;
    dataOnDelete?: pulumi.Input<string>;
}

/** A directory of the node stays whatever becomes of the gateway. */
const onNode = (data: unknown): boolean => typeof data === "object" && data !== null && (data as { bind?: unknown }).bind !== undefined;

export const isLater = (value: unknown): boolean => pulumi.Output.isInstance(value) || value instanceof Promise;

/** A host name made of a resource's name. */
export function hostLabel(name: string): string {
    const label = name
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "-")
        .slice(0, 63)
        .replace(/^-+|-+$/g, "");
    return label === "" ? "samba" : label;
}
