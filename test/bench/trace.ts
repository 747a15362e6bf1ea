/** One line of the file that PVESMB_TRACE names (provider/base/trace.ts). */
export interface TraceEvent {
    /** `api`, `exec`, `batch`, `gather`; others don't count. */
    kind?: string;
    method?: string;
    path?: string;
    /** Seen from here. */
    ms?: number;
    /** What the host says that it worked, waiting for its lock apart. */
    remoteMs?: number;
    /** Resources in a batch. */
    units?: number;
}

/** How often the provider reached out in one operation, and what it cost out there. */
export interface Tally {
    /** Batches, gathers and single commands on hosts. */
    remote: number;
    remoteMs: number;
    /** The slowest batch in ms, brought down to 8 resources when it had more. */
    eightMs: number;
    api: number;
    /** Calls of the API that may change something; logging in is none. */
    writes: number;
}

export function readTrace(text: string): TraceEvent[] {
    return text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as TraceEvent);
}

export function tally(events: readonly TraceEvent[]): Tally {
    const remote = events.filter(({ kind }) => kind === "batch" || kind === "gather" || kind === "exec");
    const batches = remote.filter(({ kind }) => kind === "batch");
    const api = events.filter(({ kind }) => kind === "api");
    // A single command, or a request that failed, has no clock of its host's own.
    const milliseconds = ({ remoteMs, ms = 0 }: TraceEvent): number => remoteMs ?? ms;
    return {
        remote: remote.length,
        remoteMs: remote.reduce((sum, event) => sum + milliseconds(event), 0),
        eightMs: Math.max(0, ...batches.map((event) => milliseconds(event) / Math.max(1, (event.units ?? 1) / 8))),
        api: api.length,
        writes: api.filter(({ method, path }) => method !== "GET" && path !== "/access/ticket").length,
    };
}
