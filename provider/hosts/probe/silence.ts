import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** The first attempt may take so long. */
const FIRST_MS = 2000;
/** A lost packet is sent again after a second, which would hide how short the silence was. */
const LEAST_MS = 250;
const PAUSE_MS = 50;
/** Afterwards, a client connects so often without a failure. */
const ENOUGH = 5;
const LONGEST_MS = 60_000;

/** Whether a connection is accepted. */
function accepts(host: string, port: number, patience: number): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = connect({ host, port });
        const end = (accepted: boolean): void => {
            socket.destroy();
            resolve(accepted);
        };
        socket.setTimeout(patience, () => end(false));
        socket.on("connect", () => end(true));
        socket.on("error", () => end(false));
    });
}

/**
 * For how long, in seconds, a client that connects again and again got no connection while `work` was done and until it connects again.
 * Undefined, and nothing done: the port cannot be reached from here. Infinity: it could not be reached for a minute afterwards.
 */
export async function silenceDuring(host: string, port: number, work: () => Promise<void>): Promise<number | undefined> {
    const began = performance.now();
    if (!(await accepts(host, port, FIRST_MS))) return undefined;
    const patience = Math.max(LEAST_MS, 4 * (performance.now() - began));
    let [last, longest, inARow] = [performance.now(), 0, 0];
    const stop = new AbortController();
    const client = (async () => {
        while (!stop.signal.aborted) {
            const accepted = await accepts(host, port, patience);
            const now = performance.now();
            longest = Math.max(longest, now - last);
            if (accepted) last = now;
            inARow = accepted ? inARow + 1 : 0;
            await sleep(PAUSE_MS);
        }
    })();
    try {
        await work();
        inARow = 0;
        const end = performance.now() + LONGEST_MS;
        while (inARow < ENOUGH && performance.now() < end) await sleep(PAUSE_MS);
    } finally {
        stop.abort();
        await client;
    }
    return inARow < ENOUGH ? Infinity : longest / 1000;
}
