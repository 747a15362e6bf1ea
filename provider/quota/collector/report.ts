import * as z from "zod";
import { PvesmbError } from "../../base/errors";
import type { Gather, GatherResult } from "../../hosts/batch";
import { joined } from "../../hosts/looks";
import { COLLECTOR } from "./paths";
import { collector } from "./steps";

const NAME = "quota-report";

/** What to look at on a host, one command for all its quotas. */
export const COLLECTOR_LOOK: Gather = joined([{ commands: [{ name: NAME, argv: [...COLLECTOR.command, "report"] }] }, collector.look]);

const bytes = z.number().nullable();

const quota = z.object({
    /** Unix time of the sample that the figures are from; null: there is none yet, and nothing is known. */
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
            /** Samples that the slope rests on, and the seconds between the first and the last. */
            samples: z.number(),
            seconds: z.number(),
        })
        .nullable(),
    /** Unix time at which the limit is reached if it goes on so; null: not in sight, or not known. */
    fullAt: z.number().nullable(),
    /** Why the last attempt to read the usage failed. */
    error: z.string().nullable(),
});

/** What the collector knows of one quota. */
export type QuotaUsage = z.infer<typeof quota>;

const report = z.object({ v: z.literal(1), quotas: z.record(z.string(), quota) });

/** The report by quota id. Undefined: no collector is installed on the host. */
export function collectorReport(look: Pick<GatherResult, "commands">): Map<string, QuotaUsage> | undefined {
    const answer = look.commands[NAME];
    // python3 says 2 when the program is not there.
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
            `the collector's report cannot be read: ${stderr.trim().slice(-500) || text.slice(0, 200) || "it is empty"}; \`journalctl -u ${COLLECTOR.service}\` on the host tells more`,
        );
    return new Map(Object.entries(parsed.data.quotas));
}
