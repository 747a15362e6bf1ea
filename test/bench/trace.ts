/** One line of the file that PVESMB_TRACE names (provider/base/trace.ts). */
export interface TraceEvent {
    /** `api`, `exec`, `batch` or `gather`; others are not counted. */
    kind?: string;
    method?: string;
    path?: string;
    /** Measured on this machine. */
    ms?: number;
    /** The host's own working time, without waiting for its lock. */
    remoteMs?: number;
    /** Resources in a batch. */
    units?: number;
}

/** How often the provider worked remotely in one operation, and what that cost there. */
export interface Tally {
    /** Batches, gathers and single commands on hosts. */
    remote: number;
    remoteMs: number;
    /** The slowest batch in ms, scaled down to 8 resources if it had more. */
    eightMs: number;
    api: number;
    /** API calls that may change something; a login does not count. */
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
    // A single command or a failed request has no time from its host.
    const milliseconds = ({ remoteMs, ms = 0 }: TraceEvent): number => remoteMs ?? ms;
    return {
        remote: remote.length,
        remoteMs: remote.reduce((sum, event) => sum + milliseconds(event), 0),
        eightMs: Math.max(0, ...batches.map((event) => milliseconds(event) / Math.max(1, (event.units ?? 1) / 8))),
        api: api.length,
        writes: api.filter(({ method, path }) => method !== "GET" && path !== "/access/ticket").length,
    };
}
