import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Operation, type OperationOptions, type Stack } from "../e2e/support/stack";
import { progress } from "./progress";
import { readTrace, type Tally, tally } from "./trace";

export interface Measured extends Tally {
    seconds: number;
    /** Most memory (MiB, resident) that the dynamic provider's process used. */
    memory: number;
}

/** Runs one operation, counts what it did remotely and watches its provider process. `what` is shown. */
export async function measure(what: string, stack: Stack, operation: Operation, options: OperationOptions = {}): Promise<Measured> {
    const traceFile = join(stack.directory, "trace.jsonl");
    rmSync(traceFile, { force: true });
    const { finished } = stack.operate(operation, { ...options, environment: { PVESMB_TRACE: traceFile, ...options.environment } });
    let memory = 0;
    let providers: number[] = [];
    let looks = 0;
    const watch = setInterval(() => {
        // Finding them means a look at every process of the machine: not each time. It is not done once either: a launcher comes first.
        if (looks++ % 5 === 0) providers = stack.providers();
        memory = Math.max(memory, ...providers.map(peakMemory));
    }, 100);
    try {
        const { seconds } = await finished;
        progress(what, seconds);
        return { seconds, memory, ...tally(existsSync(traceFile) ? readTrace(readFileSync(traceFile, "utf8")) : []) };
    } finally {
        clearInterval(watch);
    }
}

/** The kernel's own high-water mark: nothing between two looks is missed. */
function peakMemory(pid: number): number {
    try {
        return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
    } catch {
        return 0; // gone in the meantime
    }
}
