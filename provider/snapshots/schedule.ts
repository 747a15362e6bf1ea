import * as z from "zod";
import { asset } from "../base/asset";
import type { Gather, GatherResult, Step, Unit } from "../hosts/batch";
import { joined } from "../hosts/looks";
import { Program } from "../hosts/programs";
import { SNAPSHOTS } from "./paths";
import { units } from "./units";

/** How many snapshots stay: the newest of each of the latest hours, days, weeks and months. */
export interface Keep {
    hourly: number;
    daily: number;
    weekly: number;
    monthly: number;
}

/** A share's directory as its node has it, and how far up the gateway sees (its volume, or what is bound as its data). */
export interface Tree {
    path: string;
    top: string;
}

const FORMAT = 1;

/** Their names, as strftime(3) writes them and as shadow_copy2 reads them; STAMP and prefix in program/snapshots.py. */
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
    entry: "the schedule",
});

/** The program, asked something. */
const asked = (...args: string[]): string[] => ["python3", "-I", SNAPSHOTS.program, ...args];

/** Before anything of the share is written: whether and where its file system keeps snapshots, as the value of the step `folder`. */
export function prepareUnit(id: string, { path, top }: Tree, make: { owner: number } | undefined): Unit {
    const args = make === undefined ? ["look", path, top] : ["prepare", path, top, String(make.owner)];
    return {
        key: `snapshots:${id}`,
        steps: [...program.files(), { do: "run", argv: asked(...args), id: "folder", changes: false }],
    };
}

/** Has snapshots made from now on. The value of the step `first` tells of the newest one, which is made at once if there is none. */
export const scheduleUnit = (id: string, key: string, tree: Tree, keep: Keep): Unit => ({
    key: `snapshots:${id}`,
    steps: program.install(id, entry(id, key, tree, keep), [
        { do: "run", argv: asked("first", id), id: "first", changes: false, timeout: 300 },
    ]),
});

/** Where the newest snapshot is: of which directory, in which folder of it, under which name. */
export interface Made {
    root: string;
    folder: string;
    name: string;
}

export const madeOf = (value: string | number | undefined): Made => JSON.parse(String(value)) as Made;

/** Ends a schedule; with `clear` its snapshots go too. With the last one of a node go timer and program. */
export function endUnit(id: string, clear: boolean): Unit {
    const clearing: Step = { do: "run", argv: asked("clear", id), onlyIf: ["test", "-e", program.entryPath(id)], timeout: 600 };
    return {
        key: `snapshots:${id}`,
        steps: [...(clear ? [clearing] : []), ...program.remove(id, [`${SNAPSHOTS.entries}/${id}.root`])],
    };
}

/** What a refresh looks at on the node. */
export const SCHEDULES: Gather = joined([program.look, { commands: [{ name: "snapshot report", argv: asked("report") }] }]);

/** The program of an earlier version of pvesmb makes no report: it ends with an error, and nothing is said. */
const reports = z.record(
    z.string(),
    z.union([z.object({ error: z.string() }), z.object({ newest: z.string().nullable(), late: z.boolean() })]),
);

/** How a schedule does, in words; undefined: well. */
function trouble({ commands }: GatherResult, id: string): string | undefined {
    const { code, stdout = "" } = commands["snapshot report"] ?? {};
    if (code !== 0) return undefined;
    const report = reports.parse(JSON.parse(stdout))[id];
    if (report === undefined) return undefined;
    if ("error" in report) return `no snapshot can be made: ${report.error}`;
    if (!report.late) return undefined;
    return report.newest === null
        ? "there is no snapshot yet"
        : `the newest snapshot is of ${report.newest}; \`journalctl -u ${SNAPSHOTS.service}\` on the node tells why there is none since`;
}

export function scheduleFaults(look: GatherResult, id: string, key: string, tree: Tree, keep: Keep): string[] {
    const late = program.entryIn(look, id) === undefined ? undefined : trouble(look, id);
    const faults = [...program.faults(look, id, entry(id, key, tree, keep)), ...(late === undefined ? [] : [late])];
    return faults.map((each) => `previousVersions: ${each}`);
}
