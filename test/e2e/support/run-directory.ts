import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { killMarked } from "./process";

const VARIABLE = "PVESMB_RUN_DIRECTORY";

/** Makes the folder that everything of a test run lives in. Set as an environment variable, so that it reaches jest's test files. */
export function makeRunDirectory(): string {
    return (process.env[VARIABLE] = mkdtempSync(join(tmpdir(), "pvesmb-run-")));
}

/** From here on the run directory is a folder in it for one of jest's workers. */
export function ownRunDirectory(worker: number): void {
    mkdirSync((process.env[VARIABLE] = join(runDirectory(), String(worker))), { recursive: true });
}

export function runDirectory(): string {
    const directory = process.env[VARIABLE];
    if (directory === undefined) throw new Error("no run directory: jest's e2e project makes it in its global setup");
    return directory;
}

/** Kills what stacks of this run have left running, and removes the folder. */
export function removeRunDirectory(): void {
    killMarked(`PULUMI_HOME=${runDirectory()}/`);
    rmSync(runDirectory(), { recursive: true, force: true, maxRetries: 5 });
}
