import { fstatSync } from "node:fs";
import { setFlagsFromString } from "node:v8";

/** Calls of the engine that have not been answered yet. */
const pending = new Set<Call>();
interface Call {
    fail: (error: unknown) => void;
    abort: AbortController;
}

let guarded = false;

/** After its deadline a handler has this long to give up by itself. */
const GRACE_MS = 30_000;

/**
 * Runs one call so that it always ends: by its own result, by an error that nobody caught (Pulumi's server would only log it and never
 * answer, pulumi.md 1.11), or some time after its deadline at the latest. The signal tells it to give up; it stays
 * silent at a normal end, because calls share work (one look at a host, one batch) that one of them has begun.
 */
export async function answered<T>(
    run: (signal: AbortSignal) => Promise<T>,
    limit: { ms: number; late: () => Error; graceMs?: number },
): Promise<T> {
    const abort = new AbortController();
    let call: Call | undefined;
    const failed = new Promise<never>((_, fail) => {
        call = { fail, abort };
        pending.add(call);
    });
    const end = setTimeout(() => abort.abort(), limit.ms);
    const last = setTimeout(() => call?.fail(limit.late()), limit.ms + (limit.graceMs ?? GRACE_MS));
    try {
        return await Promise.race([run(abort.signal), failed]);
    } finally {
        clearTimeout(end);
        clearTimeout(last);
        if (call) pending.delete(call);
    }
}

/** Versions of Node whose V8 was seen to know these; one that does not would say so on standard error. */
const SEEN = ["22", "24"];

/** What V8 takes to be quick in a process that computes for long; this one waits for most of its time. */
const SPARING = [
    // WebAssembly is optimised only where it runs for long (bytes executed, by default 13 million): undici's parser of HTTP is one big
    // function, and to optimise it takes 20 MiB, twice as much as all of our modules need.
    "--wasm-tiering-budget=2000000000",
    // The space for new objects stays as loading the program has left it. It would double up to 64 MiB, which fill with what nobody needs any
    // more before V8 looks. What limits it otherwise is read before a provider runs.
    "--semi-space-growth-factor=1",
];

function spareMemory(): void {
    if (SEEN.includes(process.versions.node.replace(/\..*/, ""))) SPARING.forEach(setFlagsFromString);
}

/** Sets up the process as a whole, once; `close` is for its end. Only the process of the provider calls this. */
export function guardProcess(close: () => Promise<void>): void {
    if (guarded) return;
    guarded = true;
    spareMemory();
    const failAll = (error: unknown): void => {
        for (const { fail } of pending) fail(error);
    };
    process.on("uncaughtException", failAll);
    process.on("unhandledRejection", failAll);
    const leave = (): void => {
        for (const { abort } of pending) abort.abort();
        // The engine sends SIGKILL after five seconds.
        const enough = new Promise((resolve) => setTimeout(resolve, 800));
        void Promise.race([close(), enough]).then(() => process.exit(0));
    };
    // It comes at the second Ctrl-C and at every normal end (pulumi.md 5); with a handler of ours Node no longer ends by itself.
    process.once("SIGINT", leave);
    // The engine holds the other end of a pipe. When it is killed nobody would remember what we go on to make, and what we finish would be
    // taken for somebody's: what is half-made is found again by its mark.
    if (fstatSync(0).isFIFO()) process.stdin.once("end", leave).resume().unref();
}
