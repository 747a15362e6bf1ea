// Generated from provider/model by `npm run generate`; do not edit.
import type * as pulumi from "@pulumi/pulumi";
import type { Kind } from "../../../provider/base/kind";
import { PvesmbResource, type ResourceWith } from "../shim";
import type {
    CtdbVipAddressArgs,
    CtdbVipLockArgs,
    CtdbVipPrivateNetworkArgs,
    CtdbVipTunablesArgs,
    GatewayRefArgs,
    TimeoutsArgs,
} from "./inputs";
import type { CtdbVipAddress, CtdbVipLock, CtdbVipPrivateNetwork, CtdbVipRef, CtdbVipTunables, GatewayRef, Timeouts } from "./outputs";

export interface CtdbVipArgs {
    /**
     * The gateways that become one file server, in order, all with the same directory at `sharedPath`. The first one's users, share rights and security identifier become the cluster's; the others must have none.
     */
    gateways: (ResourceWith<GatewayRef> | pulumi.Input<GatewayRefArgs>)[];

    /**
     * Addresses under which clients reach the cluster; each is on one gateway at a time, and nobody else has it.
     */
    addresses: pulumi.Input<pulumi.Input<CtdbVipAddressArgs>[]>;

    /**
     * The network on which the gateways talk to each other.
     */
    privateNetwork: pulumi.Input<CtdbVipPrivateNetworkArgs>;

    /**
     * What decides which side works when the gateways cannot see each other.
     */
    lock: pulumi.Input<CtdbVipLockArgs>;

    /**
     * Where each gateway has the file system that all of them share.
     * A change replaces the resource: the shares' files are elsewhere.
     * @default `"/srv/pvesmb"`
     */
    sharedPath?: pulumi.Input<string>;

    /**
     * Name of the cluster as a server; it is the name of its accounts' domain, too.
     * A change replaces the resource: Samba keeps the machine's security identifier by this name.
     */
    netbiosName: pulumi.Input<string>;

    /**
     * Times of a fail-over. A gateway without the lock must have given up its addresses before the others count it as dead and take them: 5 s (CTDB's leader timeout) plus `recoveryDropAllIps` plus 1 s must be less than `keepaliveInterval` times `keepaliveLimit`.
     * @default `{"keepaliveInterval":1,"keepaliveLimit":12,"recoveryDropAllIps":5}`
     */
    tunables?: pulumi.Input<CtdbVipTunablesArgs>;

    /**
     * Deadlines of the operations; past them an operation fails with what was under way. Pulumi's own resource option `customTimeouts` is taken for those that are left out here.
     */
    timeouts?: pulumi.Input<TimeoutsArgs>;
}

const kind: Kind = {
    name: "CtdbVip",
    inputs: ["gateways", "addresses", "privateNetwork", "lock", "sharedPath", "netbiosName", "tunables", "timeouts"],
    outputs: ["unc", "nodes", "sid"],
    secrets: [
        ["gateways", "*", "connection", "apiToken"],
        ["gateways", "*", "connection", "password"],
        ["gateways", "*", "connection", "otp"],
        ["gateways", "*", "connection", "ssh", "privateKey"],
        ["gateways", "*", "connection", "ssh", "passphrase"],
        ["gateways", "*", "connection", "ssh", "password"],
        ["gateways", "*", "connection", "ssh", "jump", "password"],
        ["gateways", "*", "connection", "markSecret"],
        ["gateways", "*", "connection", "markSecretPrevious"],
    ],
    secretOutputs: [],
    references: ["gateways"],
    reference: { gateways: ["gateways"] },
};

/**
 * Makes two or more gateways with the same data one highly available file server: Samba with CTDB, one set of users, and floating addresses that move to another gateway when one fails. Shares, users and groups are declared once, with it as their `gateway`. Everything is checked on all gateways before one of them is touched (docs/high-availability.md).
 *
 * ```ts
 * const cluster = new pvesmb.CtdbVip("cluster", {
 *     gateways: [first, second, third],
 *     addresses: [{ address: "192.168.1.60/24" }, { address: "192.168.1.61/24" }],
 *     privateNetwork: { addresses: ["10.99.0.1/24", "10.99.0.2/24", "10.99.0.3/24"] },
 *     lock: { file: "/srv/pvesmb/.pvesmb/ctdb.lock" },
 *     netbiosName: "FILES",
 * });
 * ```
 */
export class CtdbVip extends PvesmbResource {
    /**
     * The gateways that become one file server, in order, all with the same directory at `sharedPath`. The first one's users, share rights and security identifier become the cluster's; the others must have none.
     */
    declare readonly gateways: pulumi.Output<GatewayRef[]>;

    /**
     * Addresses under which clients reach the cluster; each is on one gateway at a time, and nobody else has it.
     */
    declare readonly addresses: pulumi.Output<CtdbVipAddress[]>;

    /**
     * The network on which the gateways talk to each other.
     */
    declare readonly privateNetwork: pulumi.Output<CtdbVipPrivateNetwork>;

    /**
     * What decides which side works when the gateways cannot see each other.
     */
    declare readonly lock: pulumi.Output<CtdbVipLock>;

    /**
     * Where each gateway has the file system that all of them share.
     * A change replaces the resource: the shares' files are elsewhere.
     * @default `"/srv/pvesmb"`
     */
    declare readonly sharedPath: pulumi.Output<string | undefined>;

    /**
     * Name of the cluster as a server; it is the name of its accounts' domain, too.
     * A change replaces the resource: Samba keeps the machine's security identifier by this name.
     */
    declare readonly netbiosName: pulumi.Output<string>;

    /**
     * Times of a fail-over. A gateway without the lock must have given up its addresses before the others count it as dead and take them: 5 s (CTDB's leader timeout) plus `recoveryDropAllIps` plus 1 s must be less than `keepaliveInterval` times `keepaliveLimit`.
     * @default `{"keepaliveInterval":1,"keepaliveLimit":12,"recoveryDropAllIps":5}`
     */
    declare readonly tunables: pulumi.Output<CtdbVipTunables | undefined>;

    /**
     * Deadlines of the operations; past them an operation fails with what was under way. Pulumi's own resource option `customTimeouts` is taken for those that are left out here.
     */
    declare readonly timeouts: pulumi.Output<Timeouts | undefined>;

    /**
     * Base of the shares' paths: `\\` and the first address.
     */
    declare readonly unc: pulumi.Output<string>;

    /**
     * The gateways, as Proxmox VE knows them.
     */
    declare readonly nodes: pulumi.Output<string[]>;

    /**
     * Security identifier of the cluster.
     */
    declare readonly sid: pulumi.Output<string>;

    /** What names this cluster. */
    declare readonly ref: pulumi.Output<CtdbVipRef>;

    /**
     * @param name The resource's name in Pulumi.
     */
    constructor(name: string, args: CtdbVipArgs, opts?: pulumi.CustomResourceOptions) {
        super(kind, name, args, opts);
    }
}
