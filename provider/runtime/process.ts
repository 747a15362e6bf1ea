import { fstatSync } from "node:fs";
import { setFlagsFromString } from "node:v8";

/** Calls of the engine without an answer so far. */
const pending = new Set<Call>();
interface Call {
    fail: (error: unknown) => void;
    abort: AbortController;
}

let guarded = false;

/** Time for a handler to stop by itself after its deadline. */
const GRACE_MS = 30_000;

/**
 * Runs one call so that it always ends: with its result, an uncaught error (which Pulumi's server would only log, without an answer,
 * pulumi.md 1.11), or some time after its deadline. The signal is not aborted at a normal end, because other calls may share work that this
 * one has started.
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

/** Node versions whose V8 is known to accept these flags; another one might print an error to stderr. */
const SEEN = ["22", "24"];

/** V8's defaults favour speed in long computations; this process mostly waits, so save memory. */
const SPARING = [
    // Keeps V8 from optimizing WebAssembly (default after 13 million bytes executed): for undici's HTTP parser, one big function, that
    // takes 20 MiB, twice as much as all our modules.
    "--wasm-tiering-budget=2000000000",
    // Keeps V8's young generation at its initial size; it would grow to 64 MiB of garbage before a collection. Flags that limit it directly
    // are read before a provider runs.
    "--semi-space-growth-factor=1",
];

function spareMemory(): void {
    if (SEEN.includes(process.versions.node.replace(/\..*/, ""))) SPARING.forEach(setFlagsFromString);
}

/** Sets up the whole process, once; `close` runs at its end. Only for the provider's own process. */
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
    // Sent at the second Ctrl-C and at every normal end (pulumi.md 5); with a handler Node no longer exits by itself.
    process.once("SIGINT", leave);
    // Stdin is a pipe from the engine and ends when the engine is killed. Nobody would record further changes, so stop: half-made guests
    // are found later by their mark.
    if (fstatSync(0).isFIFO()) process.stdin.once("end", leave).resume().unref();
}
