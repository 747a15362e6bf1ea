import type { Step } from "../../hosts/batch";
import { Program, textField } from "../../hosts/programs";
import type { CollectorEntry } from "./entry";
import { COLLECTOR } from "./paths";
import { programSteps } from "./program";
import { units } from "./units";

const FORMAT = 1;

export const collector = new Program({
    name: "collector",
    files: () => [
        ...programSteps(),
        { do: "directory", path: COLLECTOR.data, mode: "0700" },
        { do: "directory", path: COLLECTOR.metrics, mode: "0755" },
    ],
    units,
    timer: COLLECTOR.timer,
    disables: [COLLECTOR.socket],
    stops: [COLLECTOR.service],
    entries: COLLECTOR.entries,
    leaves: { files: [COLLECTOR.debianMetrics], trees: [COLLECTOR.data, COLLECTOR.metrics, COLLECTOR.program] },
    // A node may serve several deployments whose resources have the same URNs.
    same: `${textField("key")}.*?"source":(\\{.*?\\}),"(?:limit|thresholds)":`,
    entry: "the collector's entry",
});

/** The entry's file text; any difference from it is a change by hand. */
export function renderEntry(entry: CollectorEntry): string {
    return `${JSON.stringify({ v: FORMAT, ...entry })}\n`;
}

/** Starts recording one quota, and installs the collector if needed. The last steps of the quota's unit. */
export const collectorSteps = (entry: CollectorEntry): Step[] => [
    ...collector.install(entry.id, renderEntry(entry)),
    // Takes a first sample without waiting for it; if a round is already running, the next one takes it.
    { do: "run", argv: ["systemctl", "start", "--no-block", COLLECTOR.service], ifChanged: collector.entryStep, changes: false },
];

/** Stops recording one quota; the last one of the host removes the collector and its records. The last steps of a removal unit. */
export const collectorRemovalSteps = (id: string): Step[] => collector.remove(id);
