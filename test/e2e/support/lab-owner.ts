import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stateDir } from "../../lab/src/machine/layout";
import { identify, isAlive, type ProcessIdentity } from "../../lab/src/machine/processes";

/**
 * A lab that a test run started names the process of that run. So a lab left by a crashed run can be told from one that somebody uses.
 * `make lab-up` names no process.
 */
const file = join(stateDir, "test-run.json");
const VARIABLE = "PVESMB_TEST_RUN";

/** Makes this process the owner of the labs that its workers start. */
export function becomeOwner(): void {
    process.env[VARIABLE] = JSON.stringify(identify(process.pid));
}

export function noteOwner(): void {
    const run = process.env[VARIABLE];
    if (run !== undefined) writeFileSync(file, run);
}

/** Gives a lab that was a person's before the run back to that person. */
export function disown(): void {
    rmSync(file, { force: true });
}

/** Who owns the lab that is up. */
export function labOwner(): { kind: "person" | "this run" | "other run" | "dead run" } {
    if (!existsSync(file)) return { kind: "person" };
    const text = readFileSync(file, "utf8");
    if (text === process.env[VARIABLE]) return { kind: "this run" };
    return { kind: isAlive(JSON.parse(text) as ProcessIdentity) ? "other run" : "dead run" };
}
