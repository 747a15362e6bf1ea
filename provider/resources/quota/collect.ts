import { onceSeen } from "../../hosts";
import type { GatherResult, Step } from "../../hosts";
import type { QuotaInputs } from "../../model";
import { millisecondsOf } from "../../model/duration";
import { bytesOf } from "../../model/size";
import { collector, collectorRemovalSteps, collectorReport, collectorSteps, renderEntry } from "../../quota/collector";
import type { CollectorEntry, QuotaUsage } from "../../quota/collector";
import type { Found } from "./backend";
import type { Outputs } from "./types";
import type { Target } from "./target";

/** Hysteresis in percentage points, so that usage near a threshold alerts once. */
const HYSTERESIS = 2;

type Owner = Pick<CollectorEntry, "id" | "key">;

function entryOf({ path, share }: Target, owner: Owner, inputs: QuotaInputs, { source }: Found): CollectorEntry {
    const { webhook, token, mail } = inputs.notify ?? {};
    const headers = token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } };
    const { every = "5m", keepDays = 90 } = inputs.history ?? {};
    return {
        ...owner,
        label: share ?? path,
        source,
        // A file system is slightly smaller than its volume; there statvfs shows the limit.
        ...(source.kind === "statvfs" ? {} : { limit: bytesOf(inputs.limit) }),
        thresholds: inputs.alerts,
        hysteresis: HYSTERESIS,
        every: millisecondsOf(every) / 1000,
        keep: keepDays,
        alerts: [
            ...(webhook === undefined ? [] : [{ kind: "webhook", url: webhook, ...headers } as const]),
            ...(mail === undefined ? [] : [{ kind: "mail", to: mail } as const]),
        ],
    };
}

/** Starts or stops recording the usage on the gateway. */
export function collecting(
    target: Target,
    owner: Owner,
    inputs: QuotaInputs,
    found: Found,
    before: Partial<QuotaInputs> | undefined,
): Step[] {
    if (inputs.collect) return collectorSteps(entryOf(target, owner, inputs, found));
    return before?.collect === true ? collectorRemovalSteps(owner.id) : [];
}

export function collectorFaults(look: GatherResult, target: Target, owner: Owner, inputs: QuotaInputs, found: Found): string[] {
    if (!inputs.collect) return [];
    const file = collector.entryIn(look, owner.id) ?? "";
    // A renamed share keeps its recorded name until its quota changes.
    const label = /"label":"((?:[^"\\]|\\.)*)"/.exec(file)?.[1] ?? "";
    const wanted = renderEntry({ ...entryOf(target, owner, inputs, found), label: JSON.parse(`"${label}"`) as string });
    return collector.faults(look, owner.id, wanted);
}

const reported = onceSeen((look) => collectorReport(look) ?? new Map<string, QuotaUsage>());

/** The recorded trend, to three digits: smaller differences do not count as a change. */
export function trendOutputs(look: GatherResult, id: string, inputs: QuotaInputs): Pick<Outputs, "trend" | "trendSamples" | "fullOn"> {
    const usage = inputs.collect ? reported(look).get(id) : undefined;
    const { trend, fullAt } = usage ?? {};
    return {
        trend: trend ? Number(trend.bytesPerDay.toPrecision(3)) : undefined,
        trendSamples: trend?.samples,
        fullOn: typeof fullAt === "number" ? new Date(fullAt * 1000).toISOString().slice(0, 10) : undefined,
    };
}
