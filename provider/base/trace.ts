import { appendFileSync } from "node:fs";
import { scrub } from "./scrub";

/**
 * One JSON line per remote call, appended to the file that PVESMB_TRACE names (nothing without it): what tests and bench count, and
 * what a bug report can show. Appended at once: the engine may kill this process at any time.
 */
export function trace(event: object): void {
    const file = process.env["PVESMB_TRACE"];
    if (!file) return;
    try {
        appendFileSync(file, `${scrub(JSON.stringify({ at: Date.now(), pid: process.pid, ...event }))}\n`, { mode: 0o600 });
    } catch {
        // A full disk or a wrong path must not fail a deployment that is otherwise fine.
    }
}
