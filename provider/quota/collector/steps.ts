import type { Step } from "../../hosts/batch";
import type { CollectorEntry } from "./entry";
import { COLLECTOR } from "./paths";
import { programSteps } from "./program";
import { units } from "./units";

const FORMAT = 1;

export const entryPath = (id: string): string => `${COLLECTOR.entries}/${id}.json`;

const unitPath = (name: string): string => `${COLLECTOR.units}/${name}`;

/** The entry as its file holds it; what differs from this was changed by hand. */
export function renderEntry(entry: CollectorEntry): string {
    return `${JSON.stringify({ v: FORMAT, ...entry })}\n`;
}

/** Has one quota recorded, on a host that may know nothing of it yet. The last steps of the quota's unit. */
export function collectorSteps(entry: CollectorEntry): Step[] {
    return [
        ...programSteps(),
        { do: "directory", path: COLLECTOR.data, mode: "0700" },
        { do: "directory", path: COLLECTOR.metrics, mode: "0755" },
        { do: "directory", path: COLLECTOR.entries, mode: "0700" },
        ...Object.entries(units).flatMap(([name, content]): Step[] => [
            { do: "write", path: unitPath(name), content, mode: "0644", id: name },
            { do: "run", argv: ["systemctl", "daemon-reload"], ifChanged: name, changes: false },
        ]),
        { do: "write", path: entryPath(entry.id), content: renderEntry(entry), mode: "0600", id: "collector entry" },
        {
            do: "run",
            argv: ["systemctl", "enable", "--now", COLLECTOR.timer],
            unless: ["systemctl", "is-active", "--quiet", COLLECTOR.timer],
            undo: ["systemctl", "disable", "--now", COLLECTOR.timer],
        },
        // A first sample, without waiting for it: a round that is under way already leaves it to the next one.
        { do: "run", argv: ["systemctl", "start", "--no-block", COLLECTOR.service], ifChanged: "collector entry", changes: false },
    ];
}

/** Ends one quota's record; with the last one of the host, the collector itself and all it kept. The last steps of a removal unit. */
export function collectorRemovalSteps(id: string): Step[] {
    // Of this unit only: what is empty now was emptied by it, or by a unit of the same batch.
    const last = { ifChanged: "last" } as const;
    const gone = (path: string, tree = false): Step => ({ do: "remove", path, ...(tree ? { tree } : {}), ...last });
    return [
        { do: "remove", path: entryPath(id), id: "collector entry" },
        {
            do: "run",
            id: "last",
            argv: ["find", COLLECTOR.entries, "-name", "*.json"],
            onlyIf: ["test", "-d", COLLECTOR.entries],
            changes: "\\A\\Z",
        },
        // Undone after the files are back, since rollbacks go backwards.
        {
            do: "run",
            argv: ["systemctl", "disable", "--now", COLLECTOR.timer],
            undo: ["sh", "-c", `systemctl daemon-reload && systemctl enable --now ${COLLECTOR.timer}`],
            ok: [0, 1, 5],
            ...last,
        },
        { do: "run", argv: ["systemctl", "disable", "--now", COLLECTOR.socket], ok: [0, 1, 5], changes: false, ...last },
        { do: "run", argv: ["systemctl", "stop", COLLECTOR.service], ok: [0, 5], changes: false, ...last },
        ...Object.keys(units).map((name) => gone(unitPath(name))),
        gone(COLLECTOR.debianMetrics),
        ...[COLLECTOR.entries, COLLECTOR.data, COLLECTOR.metrics, COLLECTOR.program].map((path) => gone(path, true)),
        { do: "run", argv: ["systemctl", "daemon-reload"], changes: false, ...last },
    ];
}
