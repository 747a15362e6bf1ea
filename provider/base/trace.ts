import { appendFileSync } from "node:fs";
import { scrub } from "./scrub";

/**
 * Appends one JSON line per remote call to the file in PVESMB_TRACE, if set: for tests, bench and bug reports. Written at once, because the
 * engine may kill this process at any time.
 */
export function trace(event: object): void {
    const file = process.env["PVESMB_TRACE"];
    if (!file) return;
    try {
        appendFileSync(file, `${scrub(JSON.stringify({ at: Date.now(), pid: process.pid, ...event }))}\n`, { mode: 0o600 });
    } catch {
        // A full disk or a wrong path must not fail a deployment.
    }
}
