import { labDown } from "../e2e/support/lab";
import { repository } from "../e2e/support/package";
import { run } from "../e2e/support/process";
import { runDirectory } from "../e2e/support/run-directory";
import { atMost, type Row, seconds } from "./rows";

const ROUNDS = 3;

/** Runs a target as from a separate shell: the variables that make passes to nested makes would change what it does. */
async function make(target: string): Promise<number> {
    const { MAKEFLAGS: _flags, MFLAGS: _old, MAKELEVEL: _level, MAKEOVERRIDES: _overrides, ONLY: _only, ...env } = process.env;
    // Its temporary files are below ours, so they are removed in any case.
    return (await run(["make", target], { cwd: repository, env: { ...env, TMPDIR: runDirectory() }, timeout: 1800 })).seconds;
}

/** `make lab-up` with no lab running. Measures warm caches: if the first round has to fill them, the median leaves it out. */
export async function labStart(): Promise<Row[]> {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
        await labDown();
        times.push(await make("lab-up"));
    }
    return [atMost(20, seconds("make lab-up", times))];
}

/** `make demo` with no lab running and everything else in place. */
export async function demo(): Promise<Row[]> {
    await labDown();
    return [atMost(90, seconds("make demo", [await make("demo")]))];
}
