import type { Gather, GatherResult, Step } from "./batch";

const UNITS = "/etc/systemd/system";

/**
 * A program of ours on a host, run by a timer, with one entry (a JSON file) for each resource that uses it. The first entry installs it and
 * the last one removes it, so no resource owns it.
 */
export interface ProgramSpec {
    /** For names of steps and looks: `collector`. */
    name: string;
    /** Installs its files and creates its directories, except that of the entries. */
    files: () => Step[];
    /** Its systemd units, by name. */
    units: Record<string, string>;
    /** The timer among them. */
    timer: string;
    /** Units to disable and units to stop with the last entry, besides the timer. */
    disables?: readonly string[];
    stops?: readonly string[];
    /** Directory of its entries; only root reads them. */
    entries: string;
    /** What else the last entry removes: files, and directories with their content. */
    leaves?: { files?: readonly string[]; trees?: readonly string[] };
    /** Pattern whose groups tell one resource's entries from others'. Default: its key. */
    same?: string;
    /** What messages call an entry: `the schedule`. */
    entry: string;
}

/** Pattern of a field of an entry with a text; its group is the text. */
export const textField = (name: string): string => `"${name}":("(?:[^"\\\\]|\\\\.)*")`;

export class Program {
    constructor(private readonly spec: ProgramSpec) {}

    entryPath(id: string): string {
        return `${this.spec.entries}/${id}.json`;
    }

    /** Name of the step that writes or removes an entry; other steps may depend on its change. */
    get entryStep(): string {
        return `${this.spec.name} entry`;
    }

    /** Installs the files only, to call the program before it has an entry. */
    files(): Step[] {
        return [...this.spec.files(), { do: "directory", path: this.spec.entries, mode: "0700" }];
    }

    /**
     * Installs program, units and one entry, in place of one that a killed create of the resource left. `before`: steps that need the entry
     * and must run before the timer.
     */
    install(id: string, text: string, before: readonly Step[] = []): Step[] {
        const { units, timer, same = textField("key") } = this.spec;
        return [
            ...this.files(),
            ...Object.entries(units).flatMap(([name, content]): Step[] => [
                { do: "write", path: `${UNITS}/${name}`, content, mode: "0644", id: name },
                { do: "run", argv: ["systemctl", "daemon-reload"], ifChanged: name, changes: false },
            ]),
            { do: "write", path: this.entryPath(id), content: text, mode: "0600", id: this.entryStep },
            ...before,
            { do: "supersede", path: this.entryPath(id), names: ".*\\.json", same },
            {
                do: "run",
                argv: ["systemctl", "enable", "--now", timer],
                unless: ["systemctl", "is-active", "--quiet", timer],
                undo: ["systemctl", "disable", "--now", timer],
            },
        ];
    }

    /**
     * Removes one entry; the last one of the host removes everything. `more`: other files of the entry. The last steps of a removal unit.
     */
    remove(id: string, more: readonly string[] = []): Step[] {
        const { name, units, timer, disables = [], stops = [], entries, leaves = {} } = this.spec;
        // Counts only if this unit, or another one of the same batch, emptied the directory.
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
            // Rollbacks run backwards, so this undo runs after the files are back.
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

    /** What `faults` needs. */
    get look(): Gather {
        return {
            files: [`${this.spec.entries}/*.json`],
            commands: [{ name: this.timerLook, argv: ["systemctl", "is-active", this.spec.timer] }],
        };
    }

    /** The text of an entry; undefined if missing. */
    entryIn({ files }: Pick<GatherResult, "files">, id: string): string | undefined {
        return files[this.entryPath(id)];
    }

    /** Why an entry is not served as it should be, in words. */
    faults(look: Pick<GatherResult, "files" | "commands">, id: string, wanted: string): string[] {
        const { entry, timer } = this.spec;
        const found = this.entryIn(look, id);
        if (found === undefined) return [`${entry} is missing`];
        if (found !== wanted) return [`${entry} was changed by hand`];
        return look.commands[this.timerLook]?.stdout.trim() === "active" ? [] : [`${timer} is not active`];
    }
}
