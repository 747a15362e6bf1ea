import * as z from "zod";
import { type Consequence, field } from "../meta";
import { changes } from "./changes";
import { size } from "../size";
import { configText, fileName, filePattern } from "../text";

/** The kinds of client operations that auditing can select; samba/vfs.ts maps them to Samba's names. */
const AUDITED = ["connect", "open", "read", "write", "mkdir", "rename", "delete", "permissions"] as const;

export const patterns = (description: string, effect?: Consequence) =>
    field(z.array(filePattern()).min(1).max(100).optional(), { description, compare: "set", effect });

const days = (): z.ZodString => z.string().regex(/^[1-9]\d{0,4}(m|h|d|w)$/, 'must be a time such as "12h", "30d" or "8w"');

export const recycle = z.strictObject({
    path: field(fileName().default(".recycle"), {
        description: "Folder of the share that deleted files are moved to.",
        effect: changes.module,
    }),
    perUser: field(z.boolean().default(true), {
        description: "A folder in it for each user, which nobody else can look into.",
        effect: changes.module,
    }),
    keepTree: field(z.boolean().default(true), { description: "Keep the folders that a file was in.", effect: changes.module }),
    versions: field(z.boolean().default(true), {
        description: "Keep files of the same name side by side, instead of the last one only.",
        effect: changes.module,
    }),
    exclude: patterns("Files that are deleted at once, without the recycle bin.", changes.module),
    excludeFolders: patterns("Folders whose files are deleted at once, without the recycle bin.", changes.module),
    maxSize: field(size({ min: "1B" }).optional(), {
        description: "Larger files are deleted at once, without the recycle bin.",
        compare: "bytes",
        effect: changes.module,
    }),
    keepFor: field(days().optional(), {
        description:
            "Purge files this long after they were deleted or last accessed, for example `30d` or `8w`; checked daily by systemd-tmpfiles.",
        defaultText: "for ever",
    }),
});

export const audit = z.strictObject({
    success: field(z.array(z.enum(AUDITED)).default(["mkdir", "rename", "delete", "permissions"]), {
        description: "What to log when it is done.",
        compare: "set",
        effect: changes.module,
    }),
    failure: field(z.array(z.enum(AUDITED)).default(["connect"]), {
        description: "What to log when it is refused.",
        compare: "set",
        effect: changes.module,
    }),
});

const count = (many: number, what: string) => field(z.int().min(0).max(1000).default(many), { description: `How many ${what}` });

const schedule = z.strictObject({
    hourly: count(24, "hourly snapshots to keep. With 0, one snapshot is taken per day."),
    daily: count(7, "daily snapshots to keep."),
    weekly: count(4, "weekly snapshots to keep."),
    monthly: count(6, "monthly snapshots to keep."),
});

export const previousVersions = z.strictObject({
    folder: field(configText(255).default(".snapshots"), {
        description: "Where the snapshots are, from the root of the volume that the share is on: `.zfs/snapshot`, `.snapshots`.",
        effect: changes.module,
    }),
    format: field(z.string().max(100).default("@GMT-%Y.%m.%d-%H.%M.%S"), {
        description: "Names of the snapshots, as strftime(3) writes their time. Anything after it is ignored.",
        effect: changes.module,
    }),
    prefix: field(z.string().min(1).max(100).optional(), {
        description:
            "What the names begin with, when something else stands between that and `format`: `autosnap` with `_%Y-%m-%d_%H:%M:%S` (sanoid), `zfs-auto-snap` with `-%Y-%m-%d-%H%M`. `format` then begins where the time does, at most a few characters before it.",
        defaultText: "the names are `format` from their first character on",
        effect: changes.module,
    }),
    localTime: field(z.boolean().default(false), { description: "Whether those times are local ones, not UTC.", effect: changes.module }),
    schedule: field(schedule.optional(), {
        outside: true,
        effect: changes.modules,
        description:
            "Have pvesmb make the snapshots, by a systemd timer on the node: on ZFS of the dataset, on btrfs of the subvolume that the share is in; a new share on btrfs becomes one. `folder`, `format`, `prefix` and `localTime` are then set by pvesmb and must be left out. Needs the node's SSH.",
    }),
});

/** The text that marks the start of the time in a snapshot's name: the text before the year plus its first digits, valid until 2099. */
export function timeBegins(format: string): string | undefined {
    const match = /^([^%]*)%([Yy])/.exec(format);
    return match === null ? undefined : `${match[1] ?? ""}${match[2] === "Y" ? "20" : "2"}`;
}

export const timeMachine = z.strictObject({
    maxSize: field(size({ min: "1GiB" }).optional(), {
        description: "Most that the backups of one Mac may take.",
        compare: "bytes",
        defaultText: "the share's space",
        effect: changes.module,
    }),
});

export const catia = z.strictObject({
    mappings: field(
        z
            .array(z.string().regex(/^0x[0-9a-f]{2,4}:0x[0-9a-f]{2,4}$/, "must be a mapping such as 0x22:0xf022"))
            .min(1)
            .optional(),
        {
            description: "Characters on the server, and what clients see of them.",
            defaultText: "the characters that Windows cannot have, as macOS maps them",
            effect: changes.module,
        },
    ),
});
