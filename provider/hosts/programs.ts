import type { Gather, GatherResult, Step } from "./batch";

const UNITS = "/etc/systemd/system";

/**
 * A program of ours on a host, run by a timer, with one entry (a JSON file) for each resource that uses it. It comes with its first entry and
 * goes with its last, so no resource owns it.
 */
export interface ProgramSpec {
    /** For the names of steps and looks: `collector`. */
    name: string;
    /** Puts its files on the host, and makes its directories but that of the entries. */
    files: () => Step[];
    /** Its units for systemd, by name. */
    units: Record<string, string>;
    /** The unit among them that runs it. */
    timer: string;
    /** With the last entry: units that are disabled, and units that are stopped, beside the timer. */
    disables?: readonly string[];
    stops?: readonly string[];
    /** The directory of its entries; only root reads them. */
    entries: string;
    /** What goes with the last entry beside units and entries: files, and directories with all in them. */
    leaves?: { files?: readonly string[]; trees?: readonly string[] };
    /** An entry in words, for what a refresh finds: `the schedule`. */
    entry: string;
}

export class Program {
    constructor(private readonly spec: ProgramSpec) {}

    entryPath(id: string): string {
        return `${this.spec.entries}/${id}.json`;
    }

    /** Name of the step that writes or removes an entry: other steps may depend on whether it changed something. */
    get entryStep(): string {
        return `${this.spec.name} entry`;
    }

    /** Brings the files alone: for a program that is asked something before it has an entry. */
    files(): Step[] {
        return [...this.spec.files(), { do: "directory", path: this.spec.entries, mode: "0700" }];
    }

    /** Brings program, units and one entry. `before`: steps that need the entry and come before the timer runs. */
    install(id: string, text: string, before: readonly Step[] = []): Step[] {
        const { units, timer } = this.spec;
        return [
            ...this.files(),
            ...Object.entries(units).flatMap(([name, content]): Step[] => [
                { do: "write", path: `${UNITS}/${name}`, content, mode: "0644", id: name },
                { do: "run", argv: ["systemctl", "daemon-reload"], ifChanged: name, changes: false },
            ]),
            { do: "write", path: this.entryPath(id), content: text, mode: "0600", id: this.entryStep },
            ...before,
            {
                do: "run",
                argv: ["systemctl", "enable", "--now", timer],
                unless: ["systemctl", "is-active", "--quiet", timer],
                undo: ["systemctl", "disable", "--now", timer],
            },
        ];
    }

    /** Ends one entry; with the last one of the host all of it goes. `more`: other files of the entry. The last steps of a removal unit. */
    remove(id: string, more: readonly string[] = []): Step[] {
        const { name, units, timer, disables = [], stops = [], entries, leaves = {} } = this.spec;
        // Of this unit only: what is empty now was emptied by it, or by a unit of the same batch.
        const last = { ifChanged: `last ${name}` } as const;
        const files = [...Object.keys(units).map((unit) => `${UNITS}/${unit}`), ...(leaves.files ?? [])];
        return [
            { do: "remove", path: this.entryPath(id), id: this.entryStep },
            ...more.map((path): Step => ({ do: "remove", path })),
            {
                do: "run",
                id: last.ifChanged,
                argv: ["find", entries, "-name", "*.json"],
                onlyIf: ["test", "-d", entries],
                changes: "\\A\\Z",
            },
            // Undone after the files are back, since rollbacks go backwards.
            {
                do: "run",
                argv: ["systemctl", "disable", "--now", timer],
                undo: ["sh", "-c", `systemctl daemon-reload && systemctl enable --now ${timer}`],
                ok: [0, 1, 5],
                ...last,
            },
            ...disables.map((unit): Step => ({
                do: "run",
                argv: ["systemctl", "disable", "--now", unit],
                ok: [0, 1, 5],
                changes: false,
                ...last,
            })),
            ...stops.map((unit): Step => ({ do: "run", argv: ["systemctl", "stop", unit], ok: [0, 5], changes: false, ...last })),
            ...files.map((path): Step => ({ do: "remove", path, ...last })),
            ...[entries, ...(leaves.trees ?? [])].map((path): Step => ({ do: "remove", path, tree: true, ...last })),
            { do: "run", argv: ["systemctl", "daemon-reload"], changes: false, ...last },
        ];
    }

    private get timerLook(): string {
        return `${this.spec.name} timer`;
    }

    /** For `faults`. */
    get look(): Gather {
        return {
            files: [`${this.spec.entries}/*.json`],
            commands: [{ name: this.timerLook, argv: ["systemctl", "is-active", this.spec.timer] }],
        };
    }

    /** The text of an entry; undefined: there is none. */
    entryIn({ files }: Pick<GatherResult, "files">, id: string): string | undefined {
        return files[this.entryPath(id)];
    }

    /** What keeps an entry from being served as it should be, in words. */
    faults(look: Pick<GatherResult, "files" | "commands">, id: string, wanted: string): string[] {
        const { entry, timer } = this.spec;
        const found = this.entryIn(look, id);
        if (found === undefined) return [`${entry} is missing`];
        if (found !== wanted) return [`${entry} was changed by hand`];
        return look.commands[this.timerLook]?.stdout.trim() === "active" ? [] : [`${timer} is not active`];
    }
}
