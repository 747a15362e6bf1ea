import * as z from "zod";
import { PvesmbError } from "../../base/errors";
import type { Gather, GatherResult } from "../../hosts/batch";
import { joined } from "../../hosts/looks";
import { COLLECTOR } from "./paths";
import { collector } from "./steps";

const NAME = "quota-report";

/** Gather for a host: one command reports all its quotas. */
export const COLLECTOR_LOOK: Gather = joined([{ commands: [{ name: NAME, argv: [...COLLECTOR.command, "report"] }] }, collector.look]);

const bytes = z.number().nullable();

const quota = z.object({
    /** Unix time of the sample behind the figures; null: no sample yet. */
    at: z.number().nullable(),
    used: bytes,
    limit: bytes,
    files: z.number().nullable(),
    percent: z.number().nullable(),
    level: z.enum(["unknown", "ok", "warning", "critical", "emergency"]),
    /** Null: too few samples. `low` and `high` enclose the true slope with 95 % confidence. */
    trend: z
        .object({
            bytesPerDay: z.number(),
            low: z.number(),
            high: z.number(),
            /** Number of samples behind the slope, and the seconds between first and last. */
            samples: z.number(),
            seconds: z.number(),
        })
        .nullable(),
    /** Unix time at which the limit is reached at this rate; null: not in sight or unknown. */
    fullAt: z.number().nullable(),
    /** Why the last attempt to read the usage failed. */
    error: z.string().nullable(),
});

/** The collector's report on one quota. */
export type QuotaUsage = z.infer<typeof quota>;

const report = z.object({ v: z.literal(1), quotas: z.record(z.string(), quota) });

/** Reports by quota id; undefined if the host has no collector. */
export function collectorReport(look: Pick<GatherResult, "commands">): Map<string, QuotaUsage> | undefined {
    const answer = look.commands[NAME];
    // python3 exits with 2 when the program is missing.
    if (answer === undefined || answer.code === 2 || answer.code === 127) return undefined;
    return parseReport(answer.code === 0 ? answer.stdout : "", answer.stderr);
}

export function parseReport(text: string, stderr = ""): Map<string, QuotaUsage> {
    let json: unknown;
    try {
        json = JSON.parse(text);
    } catch {
        json = undefined;
    }
    const parsed = report.safeParse(json);
    if (!parsed.success)
        throw new PvesmbError(
            "RemoteFailed",
            `the report of the collector cannot be read: ${stderr.trim().slice(-500) || text.slice(0, 200) || "it is empty"}; \`journalctl -u ${COLLECTOR.service}\` on the host shows more`,
        );
    return new Map(Object.entries(parsed.data.quotas));
}
