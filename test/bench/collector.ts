import { execFile } from "node:child_process";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { makeFolder, program, writeEntry } from "../support/quota/collector";
import { progress } from "./progress";
import { atMost, count, median, type Row } from "./rows";

const run = promisify(execFile);
const ROUNDS_PER_DAY = 288;
const ROUNDS = 25;

/**
 * What the collector costs a gateway: whole rounds as the timer starts them, including Python's start, over more than two hours of its
 * clock.
 */
export async function collector(): Promise<Row[]> {
    const rows: Row[] = [];
    for (const quotas of [1, 1000]) {
        const { cpu, bytes, seconds, report } = await measured(quotas);
        const many = quotas === 1 ? "1 quota" : `${quotas} quotas`;
        progress(`collector, ${many}, ${ROUNDS} rounds`, seconds);
        const day: Row = { name: `collector, ${many}: CPU per day`, value: cpu * ROUNDS_PER_DAY, unit: "s" };
        rows.push(
            atMost(quotas === 1 ? 60 : 600, day),
            { name: `collector, ${many}: its report`, value: report, unit: "s" },
            quotas === 1
                ? { ...count("collector, files of up to 16 quotas", bytes), unit: "bytes" }
                : atMost(51_200, { name: "collector, per quota", value: bytes / quotas, unit: "bytes" }),
        );
    }
    return rows;
}

async function measured(quotas: number): Promise<{ cpu: number; bytes: number; seconds: number; report: number }> {
    const root = makeFolder();
    try {
        for (const name of ["quota", "quota.d", "metrics"]) mkdirSync(join(root, name));
        for (let i = 0; i < quotas; i++) writeEntry(root, `q${String(i).padStart(4, "0")}`, { kind: "statvfs", path: "/" });
        // A copy, as on a gateway: Python stores its compiled files beside the program.
        cpSync(program, join(root, "program"), { recursive: true });
        const began = Date.now();
        const { stdout } = await run("python3", [join(__dirname, "./collector.py"), join(root, "program"), root, String(ROUNDS)]);
        const { cpu, report } = JSON.parse(stdout) as { cpu: number[]; report: number };
        const { stdout: size } = await run("du", ["-s", "--block-size=1", join(root, "quota")]);
        // The first rounds create the files and have no history, so the median leaves them out. The hourly round with its trends is added
        // by its share.
        const hourly = Math.max(...cpu.slice(12)) - median(cpu.slice(12));
        return { cpu: median(cpu.slice(12)) + hourly / 12, bytes: parseInt(size), seconds: (Date.now() - began) / 1000, report };
    } finally {
        rmSync(root, { recursive: true });
    }
}
