import * as pulumi from "@pulumi/pulumi";
import type { GatewayRefArgs, ShareRefArgs, SmbShareVolumeArgs } from "./generated/inputs";
import type { ShareRef } from "./generated/outputs";
import { type GatewayLike, gatewayInput, goingWith, isLater } from "./gateway";

/** Holds what a share's reference is made of. Known to every copy of this package that a program may have loaded. */
const PARTS = Symbol.for("pvesmb.share");
/** Holds the gateway as the program gave it. */
const GATEWAY = Symbol.for("pvesmb.share.gateway");

/** An SmbShare, of whatever copy of this package. */
export interface ShareLike extends pulumi.CustomResource {
    readonly ref: pulumi.Output<ShareRef>;
}

interface ShareArguments {
    gateway: GatewayLike | pulumi.Input<GatewayRefArgs>;
    path?: pulumi.Input<string>;
    volume?: pulumi.Input<SmbShareVolumeArgs>;
}

/** What quotas keep of a share: made of the id and the arguments, as a gateway's reference is (gateway.ts), for the same reason. */
export function shareRefOf(share: pulumi.CustomResource, { gateway, path, volume }: ShareArguments): pulumi.Output<ShareRef> {
    const size = volume && pulumi.output(volume).apply((known) => known.size);
    const parts = { gateway: gatewayInput(gateway), ...(path === undefined ? {} : { path }), ...(size === undefined ? {} : { size }) };
    Object.defineProperty(share, PARTS, { value: parts });
    Object.defineProperty(share, GATEWAY, { value: gateway });
    return pulumi.output({ id: share.id, ...parts });
}

/** The `share` of a quota in the form that the provider knows. Taken apart, so that in a preview only what is unknown is so. */
export function shareInput(share: ShareLike | pulumi.Input<ShareRefArgs>): pulumi.Input<ShareRefArgs> {
    if (!pulumi.CustomResource.isInstance(share)) return share;
    const { [PARTS]: parts } = share as ShareLike & { [PARTS]?: Omit<ShareRefArgs, "id"> };
    return { id: share.id, ...parts } as ShareRefArgs;
}

/** Options of a share: with a schedule of snapshots there is a part of it on the node, which does not go with the container. */
export function shareOptions(
    { gateway, previousVersions }: { gateway: unknown; previousVersions?: unknown },
    opts: pulumi.CustomResourceOptions | undefined,
): pulumi.CustomResourceOptions {
    const schedule = isLater(previousVersions) || (previousVersions as { schedule?: unknown } | undefined)?.schedule !== undefined;
    return goingWith(gateway, opts, schedule);
}

/** Options of a quota: its limit is on a volume of the gateway that it, or its share, is on. */
export function quotaOptions(
    { gateway, share }: { gateway?: unknown; share?: unknown },
    opts: pulumi.CustomResourceOptions | undefined,
): pulumi.CustomResourceOptions {
    const own = pulumi.CustomResource.isInstance(share) ? (share as ShareLike & { [GATEWAY]?: unknown })[GATEWAY] : gateway;
    return goingWith(own, opts);
}

/**
 * A share's UNC path at the address that its gateway has now. The share itself does not change with it, so that what is in its state follows
 * at its next update or refresh only.
 */
export function uncUnder(gateway: GatewayLike | pulumi.Input<GatewayRefArgs>, unc: pulumi.Output<string>): pulumi.Output<string> {
    if (!pulumi.CustomResource.isInstance(gateway)) return unc;
    const { unc: base } = gateway as GatewayLike & { unc?: pulumi.Output<string | undefined> };
    return pulumi.all([base, unc] as const).apply(([at, own]) => moved(at, own));
}

/** `own` is what the provider said, if it ever did. */
const moved = (at: string | undefined, own: string): string =>
    typeof at === "string" && typeof own === "string" ? at + own.slice(own.lastIndexOf("\\")) : own;
