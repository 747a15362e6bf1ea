import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { tmpdir } from "node:os";
import { type CollectorEntry, type QuotaUsage, renderEntry, type UsageSource } from "../../../provider/quota/collector";
import { parseReport } from "../../../provider/quota/collector/report";

export const program = join(__dirname, "../../../provider/quota/collector/program");
/** In memory if possible: the tests should not wait for disk syncs. */
export const makeFolder = (): string => mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "pvesmb-collector-"));
export const START = 1_800_000_000;

export interface Kept {
    /** [time, used] */
    samples: [number, number][];
    /** [begin, count, sum, min, max] */
    hours: [number, number, number, number, number][];
    quarters: [number, number, number, number, number][];
}

/** Writes a quota's entry for the collector into a test folder. */
export function writeEntry(root: string, id: string, source: UsageSource, more: Partial<CollectorEntry> = {}): void {
    const entry: CollectorEntry = {
        id,
        key: `urn:${id}`,
        label: id,
        source,
        thresholds: [75, 85, 95],
        hysteresis: 3,
        every: 300,
        keep: 90,
        alerts: [],
        ...more,
    };
    writeFileSync(join(root, "quota.d", `${id}.json`), renderEntry(entry));
}

/** The real program in a test folder, with a clock that the test sets. A real command prints the usage from a table. */
export class Collector {
    readonly root: string;
    readonly journal: string[] = [];
    readonly process: ChildProcessWithoutNullStreams;
    private readonly answers: AsyncIterator<string>;
    private readonly lines: Interface;
    private usage: Record<string, { used: number; limit?: number; files?: number }> = {};
    now = START;

    constructor(root = makeFolder(), before: string[] = []) {
        this.root = root;
        for (const name of ["quota", "quota.d", "metrics"]) mkdirSync(join(root, name), { recursive: true });
        const argv = [
            ...before,
            "python3",
            "-I",
            join(__dirname, "./rounds.py"),
            program,
            root,
            join(root, "sendmail"),
            join(root, "forward"),
        ];
        this.process = spawn(argv[0]!, argv.slice(1));
        this.lines = createInterface(this.process.stdout);
        this.answers = this.lines[Symbol.asyncIterator]();
        createInterface(this.process.stderr).on("line", (line) => this.journal.push(line));
    }

    async ask<T>(question: object): Promise<T> {
        this.process.stdin.write(`${JSON.stringify(question)}\n`);
        const answer = await this.answers.next();
        if (answer.done === true) throw new Error(`the collector ended: ${this.journal.join("\n")}`);
        return JSON.parse(answer.value) as T;
    }

    /** Adds or changes a quota. */
    declare(id: string, more: Partial<CollectorEntry> = {}): void {
        const argv = ["cat", join(this.root, "usage")];
        const key = { column: 0, equals: id };
        const source: UsageSource = { kind: "table", argv, separator: "tab", key, used: 1, limit: 2, files: 3 };
        writeEntry(this.root, id, source, more);
    }

    forget(id: string): void {
        rmSync(join(this.root, "quota.d", `${id}.json`));
    }

    use(usage: Record<string, { used: number; limit?: number; files?: number }>): void {
        Object.assign(this.usage, usage);
        const rows = Object.entries(this.usage).map(([id, { used, limit, files }]) => [id, used, limit ?? "none", files ?? "-"].join("\t"));
        writeFileSync(join(this.root, "usage"), rows.join("\n"));
    }

    /** Runs a round `seconds` after the previous one; returns the number of errors. */
    async round(seconds = 300): Promise<number> {
        this.now += seconds;
        return this.ask<number>({ do: "round", now: this.now });
    }

    async report(id: string): Promise<QuotaUsage> {
        const report = parseReport(JSON.stringify(await this.ask({ do: "report", now: this.now })));
        return report.get(id)!;
    }

    kept(): Promise<Kept> {
        return this.ask<Kept>({ do: "kept", now: this.now });
    }

    get metrics(): string {
        return readFileSync(join(this.root, "metrics/quota.prom"), "utf8");
    }

    script(name: "sendmail" | "forward", text: string): void {
        writeFileSync(join(this.root, name), `#!/bin/sh\n${text}`);
        chmodSync(join(this.root, name), 0o755);
    }

    dispose(): void {
        this.process.kill("SIGKILL");
        this.lines.close();
        rmSync(this.root, { recursive: true, force: true });
    }
}
