import type { Deadline } from "../../base/deadline";
import { perSession } from "../../base/session";
import { trace } from "../../base/trace";
import type { Batch, BatchResult, Gather, GatherResult } from "../batch";
import type { Host } from "../host";
import { within } from "../within";
import { AgentChannel } from "./agent-channel";
import { PLACES } from "./agent-source";
import { appliedFrom, gatheredFrom } from "./answers";

export interface ExecutorStats {
    /** Number of agents started. */
    opens: number;
    batches: number;
    gathers: number;
    /** The host's own figure for its work, without waiting for its lock. */
    remoteMs: number;
}

/** Minimum time for a start, however little time its first caller has left. */
const START_MS = 20_000;

/**
 * Runs batches and gathers on a host, in one agent that starts with the first request and lives as long as the process. Failures: Conflict
 * (the guard), Busy (the lock), Timeout (rolled back), Unreachable with `dispatched` (the connection was lost after sending: the host rolls
 * back unfinished work, and the same batch may be sent again).
 */
export class Executor {
    private agent: Promise<AgentChannel> | undefined;
    private readonly counts: ExecutorStats = { opens: 0, batches: 0, gathers: 0, remoteMs: 0 };

    constructor(
        private readonly host: Host,
        private readonly places = PLACES,
    ) {}

    async batch(batch: Batch, deadline: Deadline): Promise<BatchResult> {
        this.counts.batches++;
        const facts = { kind: "batch", units: batch.units.length };
        return this.timed(facts, async () => appliedFrom(await this.request("batch", batch, deadline), this.host.name));
    }

    async gather(gather: Gather, deadline: Deadline): Promise<GatherResult> {
        this.counts.gathers++;
        return this.timed({ kind: "gather" }, async () => gatheredFrom(await this.request("gather", gather, deadline), this.host.name));
    }

    async ping(deadline: Deadline): Promise<void> {
        await this.request("ping", {}, deadline);
    }

    stats(): ExecutorStats {
        return { ...this.counts };
    }

    /** Ends the agent, which rolls back a running batch. */
    close(): void {
        void this.agent?.then(
            (agent) => agent.close(),
            () => undefined,
        );
        this.agent = undefined;
    }

    private async request(kind: "batch" | "gather" | "ping", spec: unknown, deadline: Deadline): Promise<unknown> {
        let agent = await this.running(deadline);
        // An agent that died while idle received nothing: start another one, once.
        if (!agent.alive) agent = await this.running(deadline);
        return agent.request(kind, spec, deadline);
    }

    private async running(deadline: Deadline): Promise<AgentChannel> {
        const wait = <T>(work: Promise<T>): Promise<T> =>
            within(deadline, `starting python3 on ${this.host.name}`, work, { dispatched: false });
        const before = this.agent;
        if (before !== undefined) {
            const known = await wait(before.catch(() => undefined));
            if (known?.alive) return known;
        }
        // If several callers find it dead, the first starts the next one; the others may have more time than the first.
        if (this.agent !== before) return this.running(deadline);
        this.counts.opens++;
        const next = AgentChannel.open(this.host, this.places, deadline.detached(START_MS));
        this.agent = next;
        return wait(next);
    }

    private async timed<T extends { ms: number; waitedMs?: number }>(facts: object, work: () => Promise<T>): Promise<T> {
        const began = performance.now();
        const event = (more: object): void => {
            trace({ ...facts, host: this.host.name, ms: Math.round(performance.now() - began), ...more });
        };
        try {
            const result = await work();
            this.counts.remoteMs += result.ms;
            event({ remoteMs: result.ms, waitedMs: result.waitedMs });
            return result;
        } catch (error) {
            event({ error: error instanceof Error ? error.name : "Error" });
            throw error;
        }
    }
}

const executors = perSession(() => new Map<string, Executor>(), closeOf);

/** The session's executor for a host. */
export function executorFor(host: Host): Executor {
    let executor = executors().get(host.id);
    if (executor === undefined) executors().set(host.id, (executor = new Executor(host)));
    return executor;
}

/** Ends all agents. */
export const closeExecutors = (): void => closeOf(executors());

function closeOf(executors: Map<string, Executor>): void {
    for (const executor of executors.values()) executor.close();
    executors.clear();
}
