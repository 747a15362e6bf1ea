import * as z from "zod";
import { asset } from "../base/asset";
import type { Gather, GatherResult, Step, Unit } from "../hosts/batch";
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

const entryPath = (id: string): string => `${SNAPSHOTS.entries}/${id}.json`;

const entry = (id: string, key: string, { path, top }: Tree, { hourly, daily, weekly, monthly }: Keep): string =>
    `${JSON.stringify({ v: FORMAT, id, key, path, top, keep: { hourly, daily, weekly, monthly } })}\n`;

const program = (): Step[] => [
    { do: "directory", path: SNAPSHOTS.library, mode: "0755" },
    { do: "write", path: SNAPSHOTS.program, content: asset("snapshots/program/snapshots.py"), mode: "0755" },
    { do: "directory", path: SNAPSHOTS.entries, mode: "0700" },
];

/** Before anything of the share is written: whether and where its file system keeps snapshots, as the value of the step `folder`. */
export function prepareUnit(id: string, { path, top }: Tree, make: { owner: number } | undefined): Unit {
    const args = make === undefined ? ["look", path, top] : ["prepare", path, top, String(make.owner)];
    return {
        key: `snapshots:${id}`,
        steps: [...program(), { do: "run", argv: ["python3", "-I", SNAPSHOTS.program, ...args], id: "folder", changes: false }],
    };
}

/** Has snapshots made from now on. The value of the step `first` tells of the newest one, which is made at once if there is none. */
export function scheduleUnit(id: string, key: string, tree: Tree, keep: Keep): Unit {
    return {
        key: `snapshots:${id}`,
        steps: [
            ...program(),
            ...Object.entries(units).flatMap(([name, content]): Step[] => [
                { do: "write", path: `${SNAPSHOTS.units}/${name}`, content, mode: "0644", id: name },
                { do: "run", argv: ["systemctl", "daemon-reload"], ifChanged: name, changes: false },
            ]),
            { do: "write", path: entryPath(id), content: entry(id, key, tree, keep), mode: "0600" },
            { do: "run", argv: ["python3", "-I", SNAPSHOTS.program, "first", id], id: "first", changes: false, timeout: 300 },
            {
                do: "run",
                argv: ["systemctl", "enable", "--now", SNAPSHOTS.timer],
                unless: ["systemctl", "is-active", "--quiet", SNAPSHOTS.timer],
            },
        ],
    };
}

/** Where the newest snapshot is: of which directory, in which folder of it, under which name. */
export interface Made {
    root: string;
    folder: string;
    name: string;
}

export const madeOf = (value: string | number | undefined): Made => JSON.parse(String(value)) as Made;

/** Ends a schedule; with `clear` its snapshots go too. With the last one of a node go timer and program. */
export function endUnit(id: string, clear: boolean): Unit {
    const last = { ifChanged: "last" } as const;
    return {
        key: `snapshots:${id}`,
        steps: [
            ...(clear
                ? ([
                      {
                          do: "run",
                          argv: ["python3", "-I", SNAPSHOTS.program, "clear", id],
                          onlyIf: ["test", "-e", entryPath(id)],
                          timeout: 600,
                      },
                  ] satisfies Step[])
                : []),
            { do: "remove", path: entryPath(id) },
            { do: "remove", path: `${SNAPSHOTS.entries}/${id}.root` },
            {
                do: "run",
                id: "last",
                argv: ["find", SNAPSHOTS.entries, "-name", "*.json"],
                onlyIf: ["test", "-d", SNAPSHOTS.entries],
                changes: "\\A\\Z",
            },
            { do: "run", argv: ["systemctl", "disable", "--now", SNAPSHOTS.timer], ok: [0, 1, 5], ...last },
            ...Object.keys(units).map((name): Step => ({ do: "remove", path: `${SNAPSHOTS.units}/${name}`, ...last })),
            { do: "remove", path: SNAPSHOTS.program, ...last },
            { do: "remove", path: SNAPSHOTS.entries, tree: true, ...last },
            { do: "run", argv: ["systemctl", "daemon-reload"], changes: false, ...last },
        ],
    };
}

/** What a refresh looks at on the node. */
export const SCHEDULES: Gather = {
    files: [`${SNAPSHOTS.entries}/*.json`],
    commands: [
        { name: "snapshot timer", argv: ["systemctl", "is-active", SNAPSHOTS.timer] },
        { name: "snapshot report", argv: ["python3", "-I", SNAPSHOTS.program, "report"] },
    ],
};

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
        : `the newest snapshot is of ${report.newest}; \`journalctl -u ${SNAPSHOTS.service}\` on the node shows why there is none since then`;
}

export function scheduleFaults(look: GatherResult, id: string, key: string, tree: Tree, keep: Keep): string[] {
    const { files, commands } = look;
    const found = files[entryPath(id)];
    const fault =
        found === undefined
            ? "the schedule is missing"
            : found !== entry(id, key, tree, keep)
              ? "the schedule was changed by hand"
              : commands["snapshot timer"]?.stdout.trim() === "active"
                ? undefined
                : `${SNAPSHOTS.timer} is not active`;
    const faults = [fault, found === undefined ? undefined : trouble(look, id)].filter((each) => each !== undefined);
    return faults.map((each) => `previousVersions: ${each}`);
}
