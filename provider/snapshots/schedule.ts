import * as z from "zod";
import { asset } from "../base/asset";
import type { Gather, GatherResult, Step, Unit } from "../hosts/batch";
import { joined } from "../hosts/looks";
import { Program, textField } from "../hosts/programs";
import { SNAPSHOTS } from "./paths";
import { units } from "./units";

/** How many snapshots to keep: the newest one of each of the last hours, days, weeks and months. */
export interface Keep {
    hourly: number;
    daily: number;
    weekly: number;
    monthly: number;
}

/** A share's directory on its node; `top` is the root of what the gateway can see (its volume, or the bind-mounted data directory). */
export interface Tree {
    path: string;
    top: string;
}

const FORMAT = 1;

/** Snapshot names, as a format for strftime(3) and shadow_copy2; see STAMP and prefix in program/snapshots.py. */
export const snapshotFormat = (id: string): string => `pvesmb-${id}-%Y.%m.%d-%H.%M.%S`;

const entry = (id: string, key: string, { path, top }: Tree, { hourly, daily, weekly, monthly }: Keep): string =>
    `${JSON.stringify({ v: FORMAT, id, key, path, top, keep: { hourly, daily, weekly, monthly } })}\n`;

const program = new Program({
    name: "snapshot",
    files: () => [
        { do: "directory", path: SNAPSHOTS.library, mode: "0755" },
        { do: "write", path: SNAPSHOTS.program, content: asset("snapshots/program/snapshots.py"), mode: "0755" },
    ],
    units,
    timer: SNAPSHOTS.timer,
    entries: SNAPSHOTS.entries,
    leaves: { files: [SNAPSHOTS.program] },
    // A node may serve several deployments whose resources have the same URNs.
    same: ["key", "path", "top"].map(textField).join(","),
    entry: "the schedule",
});

/** A call of the program. */
const asked = (...args: string[]): string[] => ["python3", "-I", SNAPSHOTS.program, ...args];

/** Runs before the share is created: checks that its file system supports snapshots. The step `folder` returns where they are. */
export function prepareUnit(id: string, { path, top }: Tree, make: { owner: number } | undefined): Unit {
    const args = make === undefined ? ["look", path, top] : ["prepare", path, top, String(make.owner)];
    return {
        key: `snapshots:${id}`,
        steps: [...program.files(), { do: "run", argv: asked(...args), id: "folder", changes: false }],
    };
}

/** Starts a schedule. The step `first` returns the newest snapshot; if there is none, one is made at once. */
export const scheduleUnit = (id: string, key: string, tree: Tree, keep: Keep): Unit => ({
    key: `snapshots:${id}`,
    steps: program.install(id, entry(id, key, tree, keep), [
        { do: "run", argv: asked("first", id), id: "first", changes: false, timeout: 300 },
    ]),
});

/** The newest snapshot: the directory it was made of, the folder in it, and its name. */
export interface Made {
    root: string;
    folder: string;
    name: string;
}

export const madeOf = (value: string | number | undefined): Made => JSON.parse(String(value)) as Made;

/** Ends a schedule; `clear` also deletes its snapshots. The last schedule of a node takes timer and program with it. */
export function endUnit(id: string, clear: boolean): Unit {
    const clearing: Step = { do: "run", argv: asked("clear", id), onlyIf: ["test", "-e", program.entryPath(id)], timeout: 600 };
    return {
        key: `snapshots:${id}`,
        steps: [...(clear ? [clearing] : []), ...program.remove(id, [`${SNAPSHOTS.entries}/${id}.root`])],
    };
}

/** What a refresh gathers on the node. */
export const SCHEDULES: Gather = joined([program.look, { commands: [{ name: "snapshot report", argv: asked("report") }] }]);

/** The program of an earlier pvesmb has no report: it exits with an error, and no fault is reported. */
const reports = z.record(
    z.string(),
    z.union([z.object({ error: z.string() }), z.object({ newest: z.string().nullable(), late: z.boolean() })]),
);

/** The trouble of a schedule, in words; undefined: none. */
function trouble({ commands }: GatherResult, id: string): string | undefined {
    const { code, stdout = "" } = commands["snapshot report"] ?? {};
    if (code !== 0) return undefined;
    const report = reports.parse(JSON.parse(stdout))[id];
    if (report === undefined) return undefined;
    if ("error" in report) return `no snapshot can be made: ${report.error}`;
    if (!report.late) return undefined;
    return report.newest === null
        ? "there is no snapshot yet"
        : `the newest snapshot is of ${report.newest}; \`journalctl -u ${SNAPSHOTS.service}\` on the node shows why there is none since then`;
}

export function scheduleFaults(look: GatherResult, id: string, key: string, tree: Tree, keep: Keep): string[] {
    const late = program.entryIn(look, id) === undefined ? undefined : trouble(look, id);
    const faults = [...program.faults(look, id, entry(id, key, tree, keep)), ...(late === undefined ? [] : [late])];
    return faults.map((each) => `previousVersions: ${each}`);
}
