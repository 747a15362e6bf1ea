// Generated from provider/model by `npm run generate`; do not edit.
import type * as pulumi from "@pulumi/pulumi";
import type { Kind } from "../../../provider/base/kind";
import { PvesmbResource, type ResourceWith } from "../shim";
import type { ServerRefArgs, TimeoutsArgs } from "./inputs";
import type { ServerRef, Timeouts } from "./outputs";

export interface SmbGroupArgs {
    /**
     * Name of the group.
     * @default the resource's name
     */
    name?: pulumi.Input<string>;

    /**
     * Numeric group id; never changes.
     * A change is refused: files belong to this number, which never changes: leave it out, or set the current one.
     * @default the next free one from 10000 on
     */
    gid?: pulumi.Input<number>;

    /**
     * Members of the group, all of them. If omitted, memberships are left to the `groups` of SmbUser; set it on the group or on its users, not both. Users of a domain, as `DOMAIN\name`, `name@realm` or SID, may be members too.
     */
    members?: pulumi.Input<pulumi.Input<string>[]>;

    /**
     * Where it is: on an SmbGateway, on a CtdbVip (once for all its gateways), or on the `ref` of one.
     * A change replaces the resource: it exists only on that gateway.
     */
    gateway: ResourceWith<ServerRef> | pulumi.Input<ServerRefArgs>;

    /**
     * Take over an object of that name that another program or a person created on the gateway. It is then changed to match; differences are printed. An account of the distribution stays when the resource is deleted.
     * @default `false`
     */
    adopt?: pulumi.Input<boolean>;

    /**
     * Deadlines of the operations; past them an operation fails with what was under way. Pulumi's own resource option `customTimeouts` is taken for those that are left out here.
     */
    timeouts?: pulumi.Input<TimeoutsArgs>;
}

const kind: Kind = {
    name: "SmbGroup",
    inputs: ["name", "members", "gateway", "adopt", "timeouts"],
    outputs: ["gid", "sid"],
    secrets: [
        ["gateway", "connection", "apiToken"],
        ["gateway", "connection", "password"],
        ["gateway", "connection", "otp"],
        ["gateway", "connection", "ssh", "privateKey"],
        ["gateway", "connection", "ssh", "passphrase"],
        ["gateway", "connection", "ssh", "password"],
        ["gateway", "connection", "ssh", "jump", "password"],
        ["gateway", "connection", "markSecret"],
        ["gateway", "connection", "markSecretPrevious"],
        ["gateway", "gateways", "*", "connection", "apiToken"],
        ["gateway", "gateways", "*", "connection", "password"],
        ["gateway", "gateways", "*", "connection", "otp"],
        ["gateway", "gateways", "*", "connection", "ssh", "privateKey"],
        ["gateway", "gateways", "*", "connection", "ssh", "passphrase"],
        ["gateway", "gateways", "*", "connection", "ssh", "password"],
        ["gateway", "gateways", "*", "connection", "ssh", "jump", "password"],
        ["gateway", "gateways", "*", "connection", "markSecret"],
        ["gateway", "gateways", "*", "connection", "markSecretPrevious"],
    ],
    secretOutputs: [],
    autoNames: { name: "as-is" },
    references: ["gateway"],
};

/**
 * A local group of a gateway, for the `access` of shares. Its number is kept beside the data.
 *
 * ```ts
 * const team = new pvesmb.SmbGroup("team", { gateway: files, members: [alice.name, bob.name] });
 * ```
 */
export class SmbGroup extends PvesmbResource {
    /**
     * Name of the group.
     * @default the resource's name
     */
    declare readonly name: pulumi.Output<string>;

    /**
     * Numeric group id; never changes.
     * A change is refused: files belong to this number, which never changes: leave it out, or set the current one.
     * @default the next free one from 10000 on
     */
    declare readonly gid: pulumi.Output<number>;

    /**
     * Members of the group, all of them. If omitted, memberships are left to the `groups` of SmbUser; set it on the group or on its users, not both. Users of a domain, as `DOMAIN\name`, `name@realm` or SID, may be members too.
     */
    declare readonly members: pulumi.Output<string[] | undefined>;

    /**
     * Where it is: on an SmbGateway, on a CtdbVip (once for all its gateways), or on the `ref` of one.
     * A change replaces the resource: it exists only on that gateway.
     */
    declare readonly gateway: pulumi.Output<ServerRef>;

    /**
     * Take over an object of that name that another program or a person created on the gateway. It is then changed to match; differences are printed. An account of the distribution stays when the resource is deleted.
     * @default `false`
     */
    declare readonly adopt: pulumi.Output<boolean | undefined>;

    /**
     * Deadlines of the operations; past them an operation fails with what was under way. Pulumi's own resource option `customTimeouts` is taken for those that are left out here.
     */
    declare readonly timeouts: pulumi.Output<Timeouts | undefined>;

    /**
     * Security identifier that Samba has for the group.
     */
    declare readonly sid: pulumi.Output<string>;

    /**
     * @param name The resource's name in Pulumi.
     */
    constructor(name: string, args: SmbGroupArgs, opts?: pulumi.CustomResourceOptions) {
        super(kind, name, args, opts);
    }
}
