import { isIP } from "node:net";
import { z } from "zod";
import { type Consequence, field } from "./meta";
import { changes } from "./share.changes";
import { dnsName, isCidr } from "./network";
import { size } from "./size";
import { configText, fileName, filePattern } from "./text";

/** Kinds of what clients do, by which auditing is chosen; what each means to Samba is in samba/audit.ts. */
export const AUDITED = ["connect", "open", "read", "write", "mkdir", "rename", "delete", "permissions"] as const;

const patterns = (description: string, brings?: Consequence) =>
    field(z.array(filePattern()).min(1).max(100).optional(), { description, compare: "set", brings });

const client = z.string().refine((text) => isIP(text) !== 0 || isCidr(text, 4) || isCidr(text, 6) || dnsName().safeParse(text).success, {
    error: "must be an address, a network such as 192.168.1.0/24, or a host name",
});
const clients = (description: string, brings: Consequence) =>
    field(z.array(client).min(1).max(100).optional(), { description, compare: "set", brings });

const days = (): z.ZodString => z.string().regex(/^[1-9]\d{0,4}(m|h|d|w)$/, 'must be a time such as "12h", "30d" or "8w"');

const recycle = z.strictObject({
    path: field(fileName().default(".recycle"), {
        description: "Folder of the share that deleted files are moved to.",
        brings: changes.module,
    }),
    perUser: field(z.boolean().default(true), {
        description: "A folder in it for each user, which nobody else can look into.",
        brings: changes.module,
    }),
    keepTree: field(z.boolean().default(true), { description: "Keep the folders that a file was in.", brings: changes.module }),
    versions: field(z.boolean().default(true), {
        description: "Keep files of the same name side by side, in place of the last one.",
        brings: changes.module,
    }),
    exclude: patterns("Files that are really deleted.", changes.module),
    excludeFolders: patterns("Folders whose files are really deleted.", changes.module),
    maxSize: field(size({ min: "1B" }).optional(), {
        description: "Larger files are really deleted.",
        compare: "bytes",
        brings: changes.module,
    }),
    keepFor: field(days().optional(), {
        description:
            "Really delete files this long after they were moved here, or were last touched. Looked at once a day, by the systemd timer of systemd-tmpfiles.",
        defaultText: "for ever",
    }),
});

const audit = z.strictObject({
    success: field(z.array(z.enum(AUDITED)).default(["mkdir", "rename", "delete", "permissions"]), {
        description: "What to log when it is done.",
        compare: "set",
        brings: changes.module,
    }),
    failure: field(z.array(z.enum(AUDITED)).default(["connect"]), {
        description: "What to log when it is refused.",
        compare: "set",
        brings: changes.module,
    }),
});

const count = (many: number, what: string) =>
    field(z.int().min(0).max(1000).default(many), { description: `The newest one of each of so many ${what} stays.` });

const schedule = z.strictObject({
    hourly: count(24, "hours; with 0, one is made a day"),
    daily: count(7, "days"),
    weekly: count(4, "weeks"),
    monthly: count(6, "months"),
});

const previousVersions = z.strictObject({
    folder: field(configText(255).default(".snapshots"), {
        description: "Where the snapshots are, from the root of the volume that the share is on: `.zfs/snapshot`, `.snapshots`.",
        brings: changes.module,
    }),
    format: field(z.string().max(100).default("@GMT-%Y.%m.%d-%H.%M.%S"), {
        description: "Names of the snapshots, as strftime(3) writes their time.",
        brings: changes.module,
    }),
    localTime: field(z.boolean().default(false), { description: "Whether those times are local ones, not UTC.", brings: changes.module }),
    schedule: field(schedule.optional(), {
        brings: changes.modules,
        description:
            "Have pvesmb make the snapshots, by a systemd timer on the node: on ZFS of the dataset, on btrfs of the subvolume that the share is in; a new share on btrfs becomes one. They then are where pvesmb has them. Needs the node's SSH.",
    }),
});

const timeMachine = z.strictObject({
    maxSize: field(size({ min: "1GiB" }).optional(), {
        description: "Most that the backups of one Mac may take.",
        compare: "bytes",
        defaultText: "the share's space",
        brings: changes.module,
    }),
});

const catia = z.strictObject({
    mappings: field(
        z
            .array(z.string().regex(/^0x[0-9a-f]{2,4}:0x[0-9a-f]{2,4}$/, "must be a mapping such as 0x22:0xf022"))
            .min(1)
            .optional(),
        {
            description: "Characters on the server, and what clients see of them.",
            defaultText: "the characters that Windows cannot have, as macOS maps them",
            brings: changes.module,
        },
    ),
});

/** What a share can do beside being there. Left out, nothing of it is stored or written. */
export const features = {
    macos: field(z.boolean().optional(), {
        description: "Metadata and streams as macOS wants them (fruit).",
        defaultText: "as the gateway's `samba.macos`",
        brings: changes.module,
    }),
    timeMachine: field(timeMachine.optional(), {
        description: "Offer the share to Macs for their backups. Includes `macos`.",
        brings: changes.modules,
    }),
    recycle: field(recycle.optional(), {
        description: "Move deleted files to a folder in place of deleting them.",
        brings: changes.modules,
    }),
    audit: field(audit.optional(), {
        description: "Log what clients do. It goes where the gateway's `samba.logging` says.",
        brings: changes.modules,
    }),
    previousVersions: field(previousVersions.optional(), {
        description: "Show snapshots of the share to clients as previous versions of files.",
        brings: changes.modules,
    }),
    catia: field(catia.optional(), { description: "Map characters of file names that Windows does not allow.", brings: changes.modules }),
    hostsAllow: clients("Clients that may connect, by address; all others may not.", changes.hostsAllow),
    hostsDeny: clients("Clients that may not connect, unless `hostsAllow` has them.", changes.hostsDeny),
    encryptionRequired: field(z.boolean().optional(), {
        description: "Refuse clients that do not encrypt.",
        defaultText: "`false`",
        brings: changes.enabled,
    }),
    accessBasedEnumeration: field(z.boolean().optional(), {
        description: "Show the share in lists only to those who may connect.",
        defaultText: "`false`",
    }),
    hideUnreadable: field(z.boolean().optional(), {
        description: "Show in folders only what the client may read.",
        defaultText: "`false`, or by `purpose`",
        brings: changes.enabled,
    }),
    vetoFiles: patterns("Files and folders that clients can neither see nor make, as patterns with * and ?.", changes.patterns),
    hideFiles: patterns("Files and folders that clients see as hidden, as patterns with * and ?."),
    maxConnections: field(z.int().min(1).max(1_000_000).optional(), {
        description: "Most connections at a time.",
        defaultText: "unlimited",
    }),
    oplocks: field(z.boolean().optional(), {
        description:
            "Let clients keep files in their own memory (oplocks and leases). Switch it off for databases, and where NFS or programs on the gateway change the same files.",
        defaultText: "`true`, or by `purpose`",
    }),
    caseHandling: field(z.enum(["insensitive", "sensitive", "lower", "upper"]).optional(), {
        description:
            "`lower` and `upper`: names are stored so, and one look finds a file in a folder of many thousands. `sensitive`: as Unix has it.",
        defaultText: "`insensitive`",
    }),
    homes: field(z.boolean().optional(), {
        description: "Serve to each user the folder of that name below `path` (SmbUser's `home`), as a share with the user's name.",
        defaultText: "`false`, or by `purpose`",
        brings: changes.homes,
    }),
    dfsLinks: field(
        z
            .record(
                z.string(),
                z
                    .array(
                        z
                            .string()
                            .regex(
                                /^[A-Za-z0-9.-]+\\[^\\/,:\u0000-\u001f]+(\\[^\\/,:\u0000-\u001f]+)*$/,
                                "must be a place such as server\\share",
                            ),
                    )
                    .min(1),
            )
            .optional(),
        { description: "Folders of the share that lead clients to other servers' shares (DFS), by name." },
    ),
};
