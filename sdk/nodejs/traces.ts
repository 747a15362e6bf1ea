import { sep } from "node:path";

/** V8's hook for stack traces. ts-node installs one that maps source lines; before Node 24 there may be none. */
type Prepare = (error: Error, frames: NodeJS.CallSite[]) => unknown;

/** Frames that Pulumi skips (Resource.stackTrace): two functions of its own and three constructors, the last of them PvesmbResource's. */
const PASSED_OVER = 5;
const PULUMI = ["", "node_modules", "@pulumi", "pulumi", ""].join(sep);

/**
 * Shortens the stack traces that Pulumi takes for each resource, until the returned function is called.
 *
 * Pulumi keeps a trace for each of four promises per property but shows it only for debugging: those stay empty. One more trace goes into
 * the state to locate the resource in the program. About a dozen of its frames belong to Node, Pulumi and pvesmb; they are dropped.
 * Example: for a share made in index.ts:12, the first frame after those that Pulumi skips is index.ts:12, which Pulumi reports. The engine
 * writes its whole state after every step and has a third less to write (docs/performance.md).
 */
export function shortenTraces(): () => void {
    if (process.env["PULUMI_DEBUG_PROMISE_LEAKS"]) return () => undefined;
    const traces = Error as { stackTraceLimit: number; prepareStackTrace: Prepare | undefined };
    const { stackTraceLimit, prepareStackTrace } = traces;
    const prepare = prepareStackTrace ?? asNode;
    traces.stackTraceLimit = 0;
    traces.prepareStackTrace = (error, frames) =>
        prepare(
            error,
            frames.filter((frame, i) => i < PASSED_OVER || isOfProgram(frame)),
        );
    return () => {
        traces.stackTraceLimit = stackTraceLimit;
        traces.prepareStackTrace = prepareStackTrace;
    };
}

const asNode: Prepare = (error, frames: readonly { toString(): string }[]) =>
    [String(error), ...frames.map((frame) => `    at ${frame.toString()}`)].join("\n");

function isOfProgram(frame: NodeJS.CallSite): boolean {
    const file = frame.getFileName() ?? "node:";
    return !file.startsWith("node:") && !file.includes(PULUMI) && !file.startsWith(__dirname + sep);
}
