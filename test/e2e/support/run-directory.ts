import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { killMarked } from "./process";

const VARIABLE = "PVESMB_RUN_DIRECTORY";

/** Creates the folder for everything of a test run. An environment variable passes it to jest's test files. */
export function makeRunDirectory(): string {
    return (process.env[VARIABLE] = mkdtempSync(join(tmpdir(), "pvesmb-run-")));
}

/** Makes a subfolder for one of jest's workers the run directory from here on. */
export function ownRunDirectory(worker: number): void {
    mkdirSync((process.env[VARIABLE] = join(runDirectory(), String(worker))), { recursive: true });
}

export function runDirectory(): string {
    const directory = process.env[VARIABLE];
    if (directory === undefined) throw new Error("no run directory: jest's e2e project makes it in its global setup");
    return directory;
}

/** Kills processes that stacks of this run have left, and removes the folder. */
export function removeRunDirectory(): void {
    killMarked(`PULUMI_HOME=${runDirectory()}/`);
    rmSync(runDirectory(), { recursive: true, force: true, maxRetries: 5 });
}
