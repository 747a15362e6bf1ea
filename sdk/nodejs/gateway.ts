import * as pulumi from "@pulumi/pulumi";
import type { ConnectionArgs, GatewayRefArgs } from "./generated/inputs";
import type { GatewayRef } from "./generated/outputs";

/** Holds a gateway's `connection` argument. Known to every copy of this package that a program may have loaded. */
const CONNECTION = Symbol.for("pvesmb.connection");

/** An SmbGateway, of whatever copy of this package. */
export interface GatewayLike extends pulumi.CustomResource {
    readonly ref: pulumi.Output<GatewayRef>;
}

/**
 * What children and other stacks keep of a gateway. It is made from the id and the arguments, not from outputs: those are unknown in the
 * preview of every update of the gateway, and all its shares would show as changed.
 */
export function refOf(gateway: pulumi.CustomResource, connection: pulumi.Input<ConnectionArgs> | undefined): pulumi.Output<GatewayRef> {
    Object.defineProperty(gateway, CONNECTION, { value: connection });
    return pulumi.output({ id: gateway.id, connection });
}

/** The `gateway` of a child in the form that the provider knows. Taken apart, so that in a preview only what is unknown is so. */
export function gatewayInput(gateway: GatewayLike | pulumi.Input<GatewayRefArgs>): pulumi.Input<GatewayRefArgs> {
    if (!pulumi.CustomResource.isInstance(gateway)) return gateway;
    const { [CONNECTION]: connection } = gateway as GatewayLike & { [CONNECTION]?: pulumi.Input<ConnectionArgs> };
    return { id: gateway.id, connection };
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

/** A directory of the node stays whatever becomes of the gateway. */
const onNode = (data: unknown): boolean => typeof data === "object" && data !== null && (data as { bind?: unknown }).bind !== undefined;

const isLater = (value: unknown): boolean => pulumi.Output.isInstance(value) || value instanceof Promise;

/** A host name made of a resource's name. */
export function hostLabel(name: string): string {
    const label = name
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, "-")
        .slice(0, 63)
        .replace(/^-+|-+$/g, "");
    return label === "" ? "samba" : label;
}
