import type { Step } from "../../hosts/batch";
import { Program } from "../../hosts/programs";
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
    entry: "the collector's entry",
});

/** The entry as its file holds it; what differs from this was changed by hand. */
export function renderEntry(entry: CollectorEntry): string {
    return `${JSON.stringify({ v: FORMAT, ...entry })}\n`;
}

/** Has one quota recorded, on a host that may know nothing of it yet. The last steps of the quota's unit. */
export const collectorSteps = (entry: CollectorEntry): Step[] => [
    ...collector.install(entry.id, renderEntry(entry)),
    // A first sample, without waiting for it: a round that is under way already leaves it to the next one.
    { do: "run", argv: ["systemctl", "start", "--no-block", COLLECTOR.service], ifChanged: collector.entryStep, changes: false },
];

/** Ends one quota's record; with the last one of the host, the collector itself and all it kept. The last steps of a removal unit. */
export const collectorRemovalSteps = (id: string): Step[] => collector.remove(id);
