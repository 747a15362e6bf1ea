import * as z from "zod";
import { childOutputs, timeouts } from "../common";
import { smaller } from "../consequences";
import { gatewayRef } from "../connection";
import { duration } from "../duration";
import { domainAccounts } from "../domain-accounts";
import { field, hiddenInputs } from "../meta";
import { BACKENDS } from "./backends";
import { webAddress } from "../network";
import { principalName } from "../principal-name";
import { shareRef } from "../share/ref";
import { size } from "../size";
import { absolutePath, mailAddress } from "../text";

const amount = () => size({ min: "1MiB", multipleOf: "4KiB" });

const principal = () =>
    z.strictObject({
        name: field(principalName(), {
            description: "Name of the account or group on the gateway, or of its domain: `DOMAIN\\name`, `name@realm` or a SID.",
        }),
        limit: field(amount(), { description: "Most that it may use here.", compare: "bytes" }),
        soft: field(amount().optional(), { description: "More than this is allowed for the time of `grace` only.", compare: "bytes" }),
        files: field(z.int().min(1).optional(), { description: "Most files and directories that it may own here." }),
    });

const notify = z.strictObject({
    webhook: field(webAddress().optional(), { description: "Address to POST to; see docs/quota-usage.md for the JSON.", secret: true }),
    token: field(
        z
            .string()
            .regex(/^[\x21-\x7e]{1,4096}$/, "must be 1 to 4096 printable ASCII characters without spaces")
            .optional(),
        { description: "Sent to the webhook as `Authorization: Bearer <token>`.", secret: true },
    ),
    mail: field(z.array(mailAddress()).min(1).optional(), { description: "Addresses to mail to, by the gateway's sendmail." }),
});

/** Sample intervals; each divides an hour evenly. */
const PERIODS = ["5m", "10m", "15m", "20m", "30m", "1h"] as const;

const history = z.strictObject({
    every: field(z.enum(PERIODS).optional(), {
        description: "How often usage is read, recorded and held against `alerts`.",
        defaultText: "5m",
    }),
    keepDays: field(z.int().min(14).max(1825).optional(), {
        description:
            "How long the record goes back. Of several quotas on a gateway the longest counts, and the record's size follows it (docs/quota-usage.md).",
        defaultText: "90",
        unit: "days",
    }),
});

export const inputs = z.strictObject({
    share: field(shareRef.optional(), {
        description:
            "The share to limit: an SmbShare, or the `ref` of one; where it serves homes, all of them together. Or give `gateway`.",
        replace: "it limits another tree",
    }),
    gateway: field(gatewayRef.optional(), {
        description:
            "The gateway whose data to limit, all of it or the directory `path`: an SmbGateway, or the `ref` of one. Or give `share`.",
        replace: "it limits another tree",
    }),
    path: field(absolutePath().optional(), {
        description: "Directory on the gateway, with `gateway`.",
        defaultText: "the share's directory; of a gateway /srv/pvesmb",
        replace: "it limits another tree",
        chosen: true,
    }),
    backend: field(z.enum(["auto", ...BACKENDS]).default("auto"), {
        description:
            "What holds the limit. `auto`: what the tree is on. `volume`: the size of its own volume; the others: what their file systems have, set on the node where a container may not.",
    }),
    limit: field(size({ min: "16MiB", multipleOf: "1MiB" }), {
        description: "Most that the tree may hold; writes that would exceed it fail.",
        compare: "bytes",
        effect: smaller('refused if more than that is used, and on a volume always, unless it is on ZFS and `onShrink` is "force"'),
    }),
    soft: field(amount().optional(), {
        description: "More than this is allowed for the time of `grace` only. xfs and ext4.",
        compare: "bytes",
    }),
    grace: field(duration().optional(), {
        description: "How long more than `soft` is allowed; one per file system.",
        defaultText: "what the file system has, mostly 7 days",
    }),
    files: field(z.int().min(1).optional(), { description: "Most files and directories. xfs, ext4 and cephfs." }),
    users: field(z.array(principal()).default([]), {
        description: "Limits of users: on zfs in the tree, on xfs and ext4 in the whole file system that it is on.",
        compare: { byKey: ["name"] },
    }),
    groups: field(z.array(principal()).default([]), { description: "Limits of groups, likewise.", compare: { byKey: ["name"] } }),
    userLimit: field(amount().optional(), {
        description:
            "Limit of every user of the gateway that `users` does not name. A user added later gets it with the next `pulumi up --refresh`.",
        compare: "bytes",
    }),
    groupLimit: field(amount().optional(), {
        description: "Limit of every group of the gateway that `groups` does not name, likewise.",
        compare: "bytes",
    }),
    snapshots: field(z.enum(["ignore", "count"]).default("ignore"), { description: "Whether snapshots and datasets below count. zfs." }),
    convert: field(z.boolean().default(false), {
        description:
            "Make a directory with files in it into what the backend needs (dataset, subvolume): the files are copied. An empty one is converted without asking.",
    }),
    enable: field(z.boolean().default(false), {
        description:
            "Switch quotas on where the file system has them off (btrfs; mount option of xfs and ext4). It concerns the whole file system.",
    }),
    onShrink: field(z.enum(["refuse", "force"]).default("refuse"), {
        description: "`force` makes a volume smaller where its storage can (ZFS, by the node's SSH), never below what is used.",
    }),
    alerts: field(z.array(z.int().min(1).max(100)).min(1).max(3).default([75, 85, 95]), {
        description:
            "Percentages, in ascending order, from which on the level is `warning`, `critical` and `emergency`. With fewer than three, the last levels are not used: `[50]` only has `warning`.",
    }),
    collect: field(z.boolean().default(true), {
        description:
            "Record the usage over time on the gateway: for trends, alerts and metrics. One small collector serves all quotas of a gateway.",
    }),
    history: field(history.optional(), { description: "How often usage is recorded, and for how long. Needs `collect`." }),
    notify: field(notify.optional(), {
        description: "Who is told when a threshold of `alerts` is crossed, beside the gateway's journal. Needs `collect`.",
    }),
    report: field(z.boolean().default(false), { description: "Report the usage per user and group as well. zfs, xfs and ext4." }),
    adopt: field(z.boolean().default(false), { description: "Take over a limit on the tree that pvesmb did not set." }),
    timeouts,
    ...hiddenInputs,
});

const figure = (description: string) => field(z.number().optional(), { description, unit: "bytes", always: true });

export const outputs = z.object({
    domainAccounts,
    backendFound: field(z.enum(BACKENDS), { description: "What holds the limit." }),
    place: field(z.string(), { description: "The object that has the limit: volume id, dataset or directory on the node." }),
    used: figure("What the tree holds; of a volume of its own all that is in use, with what its file system takes for itself."),
    available: figure("What can still be written."),
    percent: field(z.number().optional(), { description: "How full it is.", always: true }),
    filesUsed: field(z.number().optional(), { description: "Files and directories, where the backend counts them." }),
    level: field(z.enum(["ok", "warning", "critical", "emergency"]).optional(), {
        description: "How full it is, by `alerts`.",
        always: true,
    }),
    lastChecked: field(z.string().optional(), {
        description: "When these figures were read (UTC). A refresh that finds the same figures does not change it.",
        always: true,
    }),
    trend: field(z.number().optional(), {
        description: "How fast it grows, by a fit that outliers do not move. Absent while there are too few samples.",
        unit: "bytes per day",
    }),
    trendSamples: field(z.number().optional(), { description: "Samples that the trend rests on." }),
    fullOn: field(z.string().optional(), { description: "Day (UTC) on which the limit is reached at this rate." }),
    usage: field(
        z
            .array(
                z.object({
                    kind: field(z.enum(["user", "group"]), { description: "Whose it is." }),
                    name: field(z.string(), { description: "Name, or the number of one without a name." }),
                    used: field(z.number(), { description: "What it holds.", unit: "bytes" }),
                }),
            )
            .optional(),
        { description: "Usage per user and group, with `report`." },
    ),
    ...childOutputs,
    made: field(z.boolean().optional(), { description: "Whether dataset, subvolume or project are of its own making.", hidden: true }),
});

export type QuotaInputs = z.infer<typeof inputs>;
export type QuotaOutputs = z.infer<typeof outputs>;
export type PrincipalLimit = QuotaInputs["users"][number];
