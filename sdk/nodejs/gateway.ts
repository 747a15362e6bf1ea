import * as pulumi from "@pulumi/pulumi";
import type { ConnectionArgs, GatewayRefArgs } from "./generated/inputs";
import type { GatewayRef } from "./generated/outputs";

/** Holds a gateway's `connection` argument; shared by all copies of this package that a program may load. */
const CONNECTION = Symbol.for("pvesmb.connection");

/** An SmbGateway from any copy of this package. */
export interface GatewayLike extends pulumi.CustomResource {
    readonly ref: pulumi.Output<GatewayRef>;
}

/**
 * What children and other stacks store of a gateway. Built from the id and the arguments: outputs are unknown in the preview of every
 * gateway update, so all shares would show as changed.
 */
export function refOf(gateway: pulumi.CustomResource, connection: pulumi.Input<ConnectionArgs> | undefined): pulumi.Output<GatewayRef> {
    Object.defineProperty(gateway, CONNECTION, { value: connection });
    return pulumi.output({ id: gateway.id, connection });
}

/**
 * Converts the `gateway` of a child to the form that the provider expects. Split into properties, so that in a preview only the unknown
 * ones are unknown.
 */
export function gatewayInput(gateway: GatewayLike | pulumi.Input<GatewayRefArgs>): pulumi.Input<GatewayRefArgs> {
    if (!pulumi.CustomResource.isInstance(gateway)) return gateway;
    const { [CONNECTION]: connection } = gateway as GatewayLike & { [CONNECTION]?: pulumi.Input<ConnectionArgs> };
    return { id: gateway.id, connection };
}

/**
 * Lets the engine protect a gateway whose data would be deleted with it, so that `destroy` stops before it deletes any share. The engine
 * accepts no Output here: if the values are only known later, the provider's own refusal must do.
 */
export function protectData(
    { data, dataOnDelete }: DataArgs,
    opts: pulumi.CustomResourceOptions = {},
    name: string,
): pulumi.CustomResourceOptions {
    if (opts.protect !== undefined || data === undefined || dataOnDelete === "destroy") return opts;
    if (!isLater(data) && !isLater(dataOnDelete)) return onNode(data) ? opts : { ...opts, protect: true };
    void pulumi.output({ data, dataOnDelete }).apply((known) => {
        if (known.data !== undefined && !onNode(known.data) && known.dataOnDelete !== "destroy")
            void pulumi.log.warn(
                `SmbGateway ${name}: Pulumi cannot protect the gateway, because \`data\` or \`dataOnDelete\` is an Output: \`pulumi destroy\` takes its shares and users away before the gateway refuses to go with its data. Give plain values, or the resource option \`protect: true\``,
            );
    });
    return opts;
}

interface DataArgs {
    data?: unknown;
    dataOnDelete?: pulumi.Input<string>;
}

/** A directory of the node outlives the gateway. */
const onNode = (data: unknown): boolean => typeof data === "object" && data !== null && (data as { bind?: unknown }).bind !== undefined;

const isLater = (value: unknown): boolean => pulumi.Output.isInstance(value) || value instanceof Promise;

/** Derives a host name from a resource's name. */
export function hostLabel(name: string): string {
    const label = name
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "-")
        .slice(0, 63)
        .replace(/^-+|-+$/g, "");
    return label === "" ? "samba" : label;
}
