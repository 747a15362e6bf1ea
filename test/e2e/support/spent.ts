import { appendFileSync } from "node:fs";

/** What a test can spend time on; docs/testing.md says what each covers. */
export type Spending = "engine" | "client" | "lab" | "npm" | "waiting";

const VARIABLE = "PVESMB_SPENT";

/** Names the file that every test file's spending is added to. Set before jest's workers start, which inherit it. */
export function recordSpending(file: string): void {
    process.env[VARIABLE] = file;
}

/** What comes after the last test counts for nobody. */
export function endRecording(): void {
    delete process.env[VARIABLE];
}

/** One line per thing that took time; tools/progress-reporter.js adds them up at the end of the run. */
export function spend(on: Spending, seconds: number): void {
    const file = process.env[VARIABLE];
    if (file !== undefined) appendFileSync(file, `${JSON.stringify({ on, seconds })}\n`);
}

/** Runs `work` and records how long it took, also when it fails. */
export async function spending<T>(on: Spending, work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
        return await work();
    } finally {
        spend(on, (performance.now() - began) / 1000);
    }
}
