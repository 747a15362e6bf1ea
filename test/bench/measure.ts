import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Operation, type OperationOptions, type Part, type Stack } from "../e2e/support/stack";
import { progress } from "./progress";
import { readTrace, type Tally, tally } from "./trace";
import { type Usage, UsageWatch } from "./usage";

export interface Measured extends Tally {
    seconds: number;
    /** Peak resident memory (MiB) of the dynamic provider's process. */
    memory: number;
    usage: Record<Part, Usage>;
}

/** Runs one operation, counts its remote work and watches its processes. `what` is the name to display. */
export async function measure(what: string, stack: Stack, operation: Operation, options: OperationOptions = {}): Promise<Measured> {
    const traceFile = join(stack.directory, "trace.jsonl");
    rmSync(traceFile, { force: true });
    const { finished } = stack.operate(operation, { ...options, environment: { PVESMB_TRACE: traceFile, ...options.environment } });
    const watch = new UsageWatch(stack);
    try {
        const { seconds } = await finished;
        progress(what, seconds);
        const usage = watch.end();
        const trace = existsSync(traceFile) ? readTrace(readFileSync(traceFile, "utf8")) : [];
        return { seconds, memory: usage.provider.memory, usage, ...tally(trace) };
    } finally {
        watch.end();
    }
}
