// Generated from provider/model by `npm run generate`; do not edit.
import type * as pulumi from "@pulumi/pulumi";
import type { Kind } from "../../../provider/base/kind";
import { PvesmbResource, type ResourceWith } from "../shim";
import type {
    GatewayRefArgs,
    QuotaGroupArgs,
    QuotaHistoryArgs,
    QuotaNotifyArgs,
    QuotaUserArgs,
    ShareRefArgs,
    TimeoutsArgs,
} from "./inputs";
import type { GatewayRef, QuotaGroup, QuotaHistory, QuotaNotify, QuotaUsage, QuotaUser, ShareRef, Timeouts } from "./outputs";

export interface QuotaArgs {
    /**
     * The share to limit: an SmbShare, or the `ref` of one; where it serves homes, all of them together. Or give `gateway`.
     * A change replaces the resource: it limits another tree.
     */
    share?: ResourceWith<ShareRef> | pulumi.Input<ShareRefArgs>;

    /**
     * The gateway whose data to limit, all of it or the directory `path`: an SmbGateway, or the `ref` of one. Or give `share`.
     * A change replaces the resource: it limits another tree.
     */
    gateway?: ResourceWith<GatewayRef> | pulumi.Input<GatewayRefArgs>;

    /**
     * Directory on the gateway, with `gateway`.
     * A change replaces the resource: it limits another tree.
     * @default the share's directory; of a gateway /srv/pvesmb
     */
    path?: pulumi.Input<string>;

    /**
     * What holds the limit. `auto`: what the tree is on. `volume`: the size of its own volume; the others: what their file systems have, set on the node where a container may not.
     * @default `"auto"`
     */
    backend?: pulumi.Input<"auto" | "volume" | "zfs" | "btrfs" | "xfs" | "ext4" | "cephfs">;

    /**
     * Most that the tree may hold; writes that would exceed it fail. At least 16MiB, a multiple of 1MiB.
     */
    limit: pulumi.Input<string>;

    /**
     * More than this is allowed for the time of `grace` only. xfs and ext4. At least 1MiB, a multiple of 4KiB.
     */
    soft?: pulumi.Input<string>;

    /**
     * How long more than `soft` is allowed; one per file system.
     * @default what the file system has, mostly 7 days
     */
    grace?: pulumi.Input<string>;

    /**
     * Most files and directories. xfs, ext4 and cephfs.
     */
    files?: pulumi.Input<number>;

    /**
     * Limits of users: on zfs in the tree, on xfs and ext4 in the whole file system that it is on.
     * @default `[]`
     */
    users?: pulumi.Input<pulumi.Input<QuotaUserArgs>[]>;

    /**
     * Limits of groups, likewise.
     * @default `[]`
     */
    groups?: pulumi.Input<pulumi.Input<QuotaGroupArgs>[]>;

    /**
     * Limit of every user of the gateway that `users` does not name. A user added later gets it with the next `pulumi up --refresh`. At least 1MiB, a multiple of 4KiB.
     */
    userLimit?: pulumi.Input<string>;

    /**
     * Limit of every group of the gateway that `groups` does not name, likewise. At least 1MiB, a multiple of 4KiB.
     */
    groupLimit?: pulumi.Input<string>;

    /**
     * Whether snapshots and datasets below count. zfs.
     * @default `"ignore"`
     */
    snapshots?: pulumi.Input<"ignore" | "count">;

    /**
     * Make a directory with files in it into what the backend needs (dataset, subvolume): the files are copied. An empty one is converted without asking.
     * @default `false`
     */
    convert?: pulumi.Input<boolean>;

    /**
     * Switch quotas on where the file system has them off (btrfs; mount option of xfs and ext4). It concerns the whole file system.
     * @default `false`
     */
    enable?: pulumi.Input<boolean>;

    /**
     * `force` makes a volume smaller where its storage can (ZFS, by the node's SSH), never below what is used.
     * @default `"refuse"`
     */
    onShrink?: pulumi.Input<"refuse" | "force">;

    /**
     * Percentages, in ascending order, from which on the level is `warning`, `critical` and `emergency`. With fewer than three, the last levels are not used: `[50]` only has `warning`.
     * @default `[75,85,95]`
     */
    alerts?: pulumi.Input<pulumi.Input<number>[]>;

    /**
     * Record the usage over time on the gateway: for trends, alerts and metrics. One small collector serves all quotas of a gateway.
     * @default `true`
     */
    collect?: pulumi.Input<boolean>;

    /**
     * How often usage is recorded, and for how long. Needs `collect`.
     */
    history?: pulumi.Input<QuotaHistoryArgs>;

    /**
     * Who is told when a threshold of `alerts` is crossed, beside the gateway's journal. Needs `collect`.
     */
    notify?: pulumi.Input<QuotaNotifyArgs>;

    /**
     * Report the usage per user and group as well. zfs, xfs and ext4.
     * @default `false`
     */
    report?: pulumi.Input<boolean>;

    /**
     * Take over a limit on the tree that pvesmb did not set.
     * @default `false`
     */
    adopt?: pulumi.Input<boolean>;

    /**
     * Deadlines of the operations; past them an operation fails with what was under way. Pulumi's own resource option `customTimeouts` is taken for those that are left out here.
     */
    timeouts?: pulumi.Input<TimeoutsArgs>;
}

const kind: Kind = {
    name: "Quota",
    inputs: [
        "share",
        "gateway",
        "backend",
        "limit",
        "soft",
        "grace",
        "files",
        "users",
        "groups",
        "userLimit",
        "groupLimit",
        "snapshots",
        "convert",
        "enable",
        "onShrink",
        "alerts",
        "collect",
        "history",
        "notify",
        "report",
        "adopt",
        "timeouts",
    ],
    outputs: [
        "path",
        "backendFound",
        "place",
        "used",
        "available",
        "percent",
        "filesUsed",
        "level",
        "lastChecked",
        "trend",
        "trendSamples",
        "fullOn",
        "usage",
    ],
    secrets: [
        ["share", "gateway", "connection", "apiToken"],
        ["share", "gateway", "connection", "password"],
        ["share", "gateway", "connection", "otp"],
        ["share", "gateway", "connection", "ssh", "privateKey"],
        ["share", "gateway", "connection", "ssh", "passphrase"],
        ["share", "gateway", "connection", "ssh", "password"],
        ["share", "gateway", "connection", "ssh", "jump", "password"],
        ["share", "gateway", "connection", "markSecret"],
        ["share", "gateway", "connection", "markSecretPrevious"],
        ["share", "gateway", "gateways", "*", "connection", "apiToken"],
        ["share", "gateway", "gateways", "*", "connection", "password"],
        ["share", "gateway", "gateways", "*", "connection", "otp"],
        ["share", "gateway", "gateways", "*", "connection", "ssh", "privateKey"],
        ["share", "gateway", "gateways", "*", "connection", "ssh", "passphrase"],
        ["share", "gateway", "gateways", "*", "connection", "ssh", "password"],
        ["share", "gateway", "gateways", "*", "connection", "ssh", "jump", "password"],
        ["share", "gateway", "gateways", "*", "connection", "markSecret"],
        ["share", "gateway", "gateways", "*", "connection", "markSecretPrevious"],
        ["gateway", "connection", "apiToken"],
        ["gateway", "connection", "password"],
        ["gateway", "connection", "otp"],
        ["gateway", "connection", "ssh", "privateKey"],
        ["gateway", "connection", "ssh", "passphrase"],
        ["gateway", "connection", "ssh", "password"],
        ["gateway", "connection", "ssh", "jump", "password"],
        ["gateway", "connection", "markSecret"],
        ["gateway", "connection", "markSecretPrevious"],
        ["notify", "webhook"],
        ["notify", "token"],
    ],
    secretOutputs: [],
    references: ["share", "gateway"],
};

/**
 * A hard limit on a share, a directory or a gateway's data, held by the storage below it, with what is used and how full that is.
 *
 * ```ts
 * new pvesmb.Quota("docs", { share: docs, limit: "80GiB", alerts: [75, 85, 95] });
 * ```
 */
export class Quota extends PvesmbResource {
    /**
     * The share to limit: an SmbShare, or the `ref` of one; where it serves homes, all of them together. Or give `gateway`.
     * A change replaces the resource: it limits another tree.
     */
    declare readonly share: pulumi.Output<ShareRef | undefined>;

    /**
     * The gateway whose data to limit, all of it or the directory `path`: an SmbGateway, or the `ref` of one. Or give `share`.
     * A change replaces the resource: it limits another tree.
     */
    declare readonly gateway: pulumi.Output<GatewayRef | undefined>;

    /**
     * Directory on the gateway, with `gateway`.
     * A change replaces the resource: it limits another tree.
     * @default the share's directory; of a gateway /srv/pvesmb
     */
    declare readonly path: pulumi.Output<string>;

    /**
     * What holds the limit. `auto`: what the tree is on. `volume`: the size of its own volume; the others: what their file systems have, set on the node where a container may not.
     * @default `"auto"`
     */
    declare readonly backend: pulumi.Output<"auto" | "volume" | "zfs" | "btrfs" | "xfs" | "ext4" | "cephfs" | undefined>;

    /**
     * Most that the tree may hold; writes that would exceed it fail. At least 16MiB, a multiple of 1MiB.
     */
    declare readonly limit: pulumi.Output<string>;

    /**
     * More than this is allowed for the time of `grace` only. xfs and ext4. At least 1MiB, a multiple of 4KiB.
     */
    declare readonly soft: pulumi.Output<string | undefined>;

    /**
     * How long more than `soft` is allowed; one per file system.
     * @default what the file system has, mostly 7 days
     */
    declare readonly grace: pulumi.Output<string | undefined>;

    /**
     * Most files and directories. xfs, ext4 and cephfs.
     */
    declare readonly files: pulumi.Output<number | undefined>;

    /**
     * Limits of users: on zfs in the tree, on xfs and ext4 in the whole file system that it is on.
     * @default `[]`
     */
    declare readonly users: pulumi.Output<QuotaUser[] | undefined>;

    /**
     * Limits of groups, likewise.
     * @default `[]`
     */
    declare readonly groups: pulumi.Output<QuotaGroup[] | undefined>;

    /**
     * Limit of every user of the gateway that `users` does not name. A user added later gets it with the next `pulumi up --refresh`. At least 1MiB, a multiple of 4KiB.
     */
    declare readonly userLimit: pulumi.Output<string | undefined>;

    /**
     * Limit of every group of the gateway that `groups` does not name, likewise. At least 1MiB, a multiple of 4KiB.
     */
    declare readonly groupLimit: pulumi.Output<string | undefined>;

    /**
     * Whether snapshots and datasets below count. zfs.
     * @default `"ignore"`
     */
    declare readonly snapshots: pulumi.Output<"ignore" | "count" | undefined>;

    /**
     * Make a directory with files in it into what the backend needs (dataset, subvolume): the files are copied. An empty one is converted without asking.
     * @default `false`
     */
    declare readonly convert: pulumi.Output<boolean | undefined>;

    /**
     * Switch quotas on where the file system has them off (btrfs; mount option of xfs and ext4). It concerns the whole file system.
     * @default `false`
     */
    declare readonly enable: pulumi.Output<boolean | undefined>;

    /**
     * `force` makes a volume smaller where its storage can (ZFS, by the node's SSH), never below what is used.
     * @default `"refuse"`
     */
    declare readonly onShrink: pulumi.Output<"refuse" | "force" | undefined>;

    /**
     * Percentages, in ascending order, from which on the level is `warning`, `critical` and `emergency`. With fewer than three, the last levels are not used: `[50]` only has `warning`.
     * @default `[75,85,95]`
     */
    declare readonly alerts: pulumi.Output<number[] | undefined>;

    /**
     * Record the usage over time on the gateway: for trends, alerts and metrics. One small collector serves all quotas of a gateway.
     * @default `true`
     */
    declare readonly collect: pulumi.Output<boolean | undefined>;

    /**
     * How often usage is recorded, and for how long. Needs `collect`.
     */
    declare readonly history: pulumi.Output<QuotaHistory | undefined>;

    /**
     * Who is told when a threshold of `alerts` is crossed, beside the gateway's journal. Needs `collect`.
     */
    declare readonly notify: pulumi.Output<QuotaNotify | undefined>;

    /**
     * Report the usage per user and group as well. zfs, xfs and ext4.
     * @default `false`
     */
    declare readonly report: pulumi.Output<boolean | undefined>;

    /**
     * Take over a limit on the tree that pvesmb did not set.
     * @default `false`
     */
    declare readonly adopt: pulumi.Output<boolean | undefined>;

    /**
     * Deadlines of the operations; past them an operation fails with what was under way. Pulumi's own resource option `customTimeouts` is taken for those that are left out here.
     */
    declare readonly timeouts: pulumi.Output<Timeouts | undefined>;

    /**
     * What holds the limit.
     */
    declare readonly backendFound: pulumi.Output<"volume" | "zfs" | "btrfs" | "xfs" | "ext4" | "cephfs">;

    /**
     * The object that has the limit: volume id, dataset or directory on the node.
     */
    declare readonly place: pulumi.Output<string>;

    /**
     * What the tree holds; of a volume of its own all that is in use, with what its file system takes for itself. In bytes.
     */
    declare readonly used: pulumi.Output<number>;

    /**
     * What can still be written. In bytes.
     */
    declare readonly available: pulumi.Output<number>;

    /**
     * How full it is.
     */
    declare readonly percent: pulumi.Output<number>;

    /**
     * Files and directories, where the backend counts them.
     */
    declare readonly filesUsed: pulumi.Output<number | undefined>;

    /**
     * How full it is, by `alerts`.
     */
    declare readonly level: pulumi.Output<"ok" | "warning" | "critical" | "emergency">;

    /**
     * When these figures were read (UTC). A refresh that finds the same figures does not change it.
     */
    declare readonly lastChecked: pulumi.Output<string>;

    /**
     * How fast it grows, by a fit that outliers do not move. Absent while there are too few samples. In bytes per day.
     */
    declare readonly trend: pulumi.Output<number | undefined>;

    /**
     * Samples that the trend rests on.
     */
    declare readonly trendSamples: pulumi.Output<number | undefined>;

    /**
     * Day (UTC) on which the limit is reached at this rate.
     */
    declare readonly fullOn: pulumi.Output<string | undefined>;

    /**
     * Usage per user and group, with `report`.
     */
    declare readonly usage: pulumi.Output<QuotaUsage[] | undefined>;

    /**
     * @param name The resource's name in Pulumi.
     */
    constructor(name: string, args: QuotaArgs, opts?: pulumi.CustomResourceOptions) {
        super(kind, name, args, opts);
    }
}
