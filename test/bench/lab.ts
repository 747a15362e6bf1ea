import { labDown } from "../e2e/support/lab";
import { repository } from "../e2e/support/package";
import { run } from "../e2e/support/process";
import { runDirectory } from "../e2e/support/run-directory";
import { atMost, type Row, seconds } from "./rows";

const ROUNDS = 3;

/** A target as from a shell of its own: what make hands on to makes below it would change what they do. */
async function make(target: string): Promise<number> {
    const { MAKEFLAGS: _flags, MFLAGS: _old, MAKELEVEL: _level, MAKEOVERRIDES: _overrides, ONLY: _only, ...env } = process.env;
    // Its temporary files below ours: they go, whatever happens.
    return (await run(["make", target], { cwd: repository, env: { ...env, TMPDIR: runDirectory() }, timeout: 1800 })).seconds;
}

/** `make lab-up` from nothing running. Warm: should the first round have to fill the cache, the median leaves it out. */
export async function labStart(): Promise<Row[]> {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
        await labDown();
        times.push(await make("lab-up"));
    }
    return [atMost(20, seconds("make lab-up", times))];
}

/** `make demo` from no lab, everything else there. */
export async function demo(): Promise<Row[]> {
    await labDown();
    return [atMost(90, seconds("make demo", [await make("demo")]))];
}
