import * as z from "zod";
import { PvesmbError } from "../../base/errors";
import type { BatchResult } from "../batch";
import type { GatherResult } from "../gather";

/**
 * What an agent says. Root of a gateway can say anything in its place, so nothing else of pvesmb sees an answer of another form: what is read
 * of files, commands and steps is text where text is expected, and a number where a number is.
 */

const REFUSALS = ["RemoteFailed", "Conflict", "InvalidInput"] as const;
/** Kinds that an agent has; others, such as NotFound, mean things that only Proxmox VE or the connection can know. */
const kind = z.enum([...REFUSALS, "Busy", "Timeout"]).catch("RemoteFailed");
const NONSENSE = { kind: "RemoteFailed", message: "it says that something failed, but not what" } as const;

/** A line of an agent. */
export const reply = z.object({
    id: z.int(),
    ok: z.unknown().optional(),
    error: z.object({ kind, message: z.string() }).optional().catch(NONSENSE),
});

const number = z.number();
const numbers = z.record(z.string(), number);
const milliseconds = number.min(0);

const entry = z.object({
    kind: z.enum(["user", "group"]),
    name: z.string(),
    permissions: z.string(),
    id: number.optional(),
});
const facts = z.object({
    type: z.enum(["directory", "file", "symlink", "other"]),
    uid: number,
    gid: number,
    owner: z.string(),
    group: z.string(),
    mode: z.string().regex(/^[0-7]{3,5}$/),
    size: number,
    acl: z.object({ access: z.array(entry), default: z.array(entry) }).optional(),
});
const room = z.object({ total: number, used: number, available: number, files: number });
const group = z.object({ used: number, limit: number.optional() });

const gathered: z.ZodType<GatherResult> = z.object({
    files: z.record(z.string(), z.string()),
    stat: z.record(z.string(), facts),
    statvfs: z.record(z.string(), room),
    projects: numbers.optional(),
    subvolumes: numbers.optional(),
    btrfs: z.record(z.string(), z.object({ uuid: z.string(), groups: z.record(z.string(), group).optional() })).optional(),
    commands: z.record(z.string(), z.object({ code: number, stdout: z.string(), stderr: z.string() })),
    ms: milliseconds,
});

/** Null: the part of an output that a step takes was not there. */
const value = z
    .union([z.string(), number])
    .nullish()
    .transform((found) => found ?? undefined);
const step = z.object({
    changed: z.boolean(),
    value,
    code: number.optional(),
    stdout: z.string().optional(),
    stderr: z.string().optional(),
    overlaps: z.array(z.string()).optional(),
});
const steps = z.record(z.string(), step);
const unit = z.discriminatedUnion("ok", [
    z.object({ ok: z.literal(true), changed: z.boolean(), steps }),
    z.object({ ok: z.literal(false), step: z.string(), message: z.string(), kind: z.enum(REFUSALS).catch("RemoteFailed"), steps }),
]);

const applied: z.ZodType<BatchResult> = z.object({
    units: z.record(z.string(), unit),
    steps,
    look: gathered.optional(),
    recovered: number,
    ms: milliseconds,
    waitedMs: milliseconds,
});

/** `host` for the message. */
function checked<T>(schema: z.ZodType<T>, answer: unknown, host: string): T {
    const { data, error } = schema.safeParse(answer);
    if (data !== undefined) return data;
    const at = error?.issues[0]?.path.join(".") ?? "";
    throw new PvesmbError(
        "RemoteFailed",
        `${host}: what answers there is not pvesmb's own program${at === "" ? "" : ` (${at})`}: look who changed python3 or the logins of root on that host`,
    );
}

export const gatheredFrom = (answer: unknown, host: string): GatherResult => checked(gathered, answer, host);
export const appliedFrom = (answer: unknown, host: string): BatchResult => checked(applied, answer, host);
