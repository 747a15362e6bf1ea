import * as pulumi from "@pulumi/pulumi";
import type { GatewayRefArgs, ShareRefArgs, SmbShareVolumeArgs } from "./generated/inputs";
import type { ShareRef } from "./generated/outputs";
import { type GatewayLike, gatewayInput } from "./gateway";

/** Holds the parts of a share's reference; shared by all copies of this package that a program may load. */
const PARTS = Symbol.for("pvesmb.share");

/** An SmbShare from any copy of this package. */
export interface ShareLike extends pulumi.CustomResource {
    readonly ref: pulumi.Output<ShareRef>;
}

interface ShareArguments {
    gateway: GatewayLike | pulumi.Input<GatewayRefArgs>;
    path?: pulumi.Input<string>;
    volume?: pulumi.Input<SmbShareVolumeArgs>;
}

/** What quotas store of a share: built from the id and the arguments, for the same reason as a gateway's reference (gateway.ts). */
export function shareRefOf(share: pulumi.CustomResource, { gateway, path, volume }: ShareArguments): pulumi.Output<ShareRef> {
    const size = volume && pulumi.output(volume).apply((known) => known.size);
    const parts = { gateway: gatewayInput(gateway), ...(path === undefined ? {} : { path }), ...(size === undefined ? {} : { size }) };
    Object.defineProperty(share, PARTS, { value: parts });
    return pulumi.output({ id: share.id, ...parts });
}

/**
 * Converts the `share` of a quota to the form that the provider expects. Split into properties, so that in a preview only the unknown ones
 * are unknown.
 */
export function shareInput(share: ShareLike | pulumi.Input<ShareRefArgs>): pulumi.Input<ShareRefArgs> {
    if (!pulumi.CustomResource.isInstance(share)) return share;
    const { [PARTS]: parts } = share as ShareLike & { [PARTS]?: Omit<ShareRefArgs, "id"> };
    return { id: share.id, ...parts } as ShareRefArgs;
}

/**
 * A share's UNC path at its gateway's current address. A new address does not change the share, so its state gets the new path only at the
 * next update or refresh.
 */
export function uncUnder(gateway: GatewayLike | pulumi.Input<GatewayRefArgs>, unc: pulumi.Output<string>): pulumi.Output<string> {
    if (!pulumi.CustomResource.isInstance(gateway)) return unc;
    const { unc: base } = gateway as GatewayLike & { unc?: pulumi.Output<string | undefined> };
    return pulumi.all([base, unc] as const).apply(([at, own]) => moved(at, own));
}

/** `own` is the provider's value, if there is one. */
const moved = (at: string | undefined, own: string): string =>
    typeof at === "string" && typeof own === "string" ? at + own.slice(own.lastIndexOf("\\")) : own;
