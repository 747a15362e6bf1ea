import { appendFileSync } from "node:fs";

/** What a test can spend time on; docs/testing.md says what each one covers. */
export type Spending = "engine" | "client" | "lab" | "npm" | "waiting";

const VARIABLE = "PVESMB_SPENT";

/** Names the file in which all test files record their time. Must be set before jest's workers start, because they inherit it. */
export function recordSpending(file: string): void {
    process.env[VARIABLE] = file;
}

/** Time after the last test is not recorded. */
export function endRecording(): void {
    delete process.env[VARIABLE];
}

/** Writes one line per activity; tools/progress-reporter.js adds them up at the end of the run. */
export function spend(on: Spending, seconds: number): void {
    const file = process.env[VARIABLE];
    if (file !== undefined) appendFileSync(file, `${JSON.stringify({ on, seconds })}\n`);
}

/** Runs `work` and records how long it took, even if it fails. */
export async function spending<T>(on: Spending, work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
        return await work();
    } finally {
        spend(on, (performance.now() - began) / 1000);
    }
}
