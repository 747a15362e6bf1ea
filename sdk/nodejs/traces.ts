import { sep } from "node:path";

/** What V8 makes of a stack; ts-node has one that knows the lines of the sources, before Node 24 there may be none. */
type Prepare = (error: Error, frames: NodeJS.CallSite[]) => unknown;

/** Frames that Pulumi passes over (Resource.stackTrace): two of its functions, and three constructors, the last of them PvesmbResource's. */
const PASSED_OVER = 5;
const PULUMI = ["", "node_modules", "@pulumi", "pulumi", ""].join(sep);

/**
 * Makes stack traces sparing, of which Pulumi takes many for each resource, until the function that it gives is called.
 *
 * With each of four promises per property it keeps one that it shows only when asked to: those stay empty. Where in the program the resource
 * stands it finds out with one that goes into the state, a dozen frames of which are Node's, Pulumi's and pvesmb's own. Those go: the first
 * that is left, by which Pulumi names the place, is the program's, and the engine, which writes the whole state after every step, has a
 * third less to write (docs/performance.md).
 */
export function sparingTraces(): () => void {
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
