/** Faults that tests inject, and the log of requests they count. */
import { MachineError } from "../machine";

/** What happens to a request that a rule matches. */
export type RequestFault =
    | { kind: "answer"; status: number; reason?: string; body?: unknown }
    /** The connection is cut: before PVE does the work, or after it. */
    | { kind: "drop"; when: "before" | "after" }
    | { kind: "delay"; ms: number }
    /** Connection refused between the proxy and the daemon: nothing was done. */
    | { kind: "595" }
    /** The proxy's patience ends while the daemon goes on with the work. */
    | { kind: "596" };

export interface RequestRule {
    /** `GET`, `POST`...; any when left out. */
    method?: string;
    /** Matches the decoded path below /api2/json, e.g. `^/nodes/pve1/lxc$`. */
    path: string;
    fault: RequestFault;
    /** Lets this many matching requests pass first. */
    after?: number;
    /** Then hits this many; 1 unless told, 0 for all. */
    count?: number;
}

export interface TaskRule {
    /** Task type, e.g. `vzcreate`. */
    type: string;
    /** The step's name (see README); `end` loses the task's last line, so its status becomes `unexpected status`. */
    step: string;
    /** A vmid or other task id; any when left out. */
    id?: string;
    /** The error's text; ignored for `end`. With `delayMs` alone the step only takes longer. */
    message?: string;
    delayMs?: number;
    after?: number;
    count?: number;
}

export interface LoggedRequest {
    at: number;
    method: string;
    path: string;
    /** Values of secret parameters are replaced by `***`. */
    params: Record<string, unknown>;
    user: string;
    /** 0 when the connection was cut. */
    status: number;
    reason: string;
    ms: number;
}

interface Counted<T> {
    id: number;
    rule: T;
    seen: number;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Whether this match is one that the rule hits. */
function hits(entry: Counted<{ after?: number; count?: number }>): boolean {
    entry.seen++;
    const first = (entry.rule.after ?? 0) + 1;
    const count = entry.rule.count ?? 1;
    return entry.seen >= first && (count === 0 || entry.seen < first + count);
}

export class Faults {
    private requests: Counted<RequestRule>[] = [];
    private tasks: Counted<TaskRule>[] = [];
    private next = 1;
    readonly log: LoggedRequest[] = [];

    /** The number names the rule. */
    onRequest(rule: RequestRule): number {
        this.requests.push({ id: this.next, rule, seen: 0 });
        return this.next++;
    }

    onTask(rule: TaskRule): number {
        this.tasks.push({ id: this.next, rule, seen: 0 });
        return this.next++;
    }

    remove(id: number): void {
        this.requests = this.requests.filter((entry) => entry.id !== id);
        this.tasks = this.tasks.filter((entry) => entry.id !== id);
    }

    clear(): void {
        this.requests = [];
        this.tasks = [];
    }

    /** Rules with how many requests or steps they have seen. */
    list(): { id: number; rule: RequestRule | TaskRule; seen: number }[] {
        return [...this.requests, ...this.tasks];
    }

    atRequest(method: string, path: string): RequestFault[] {
        const matching = this.requests.filter(
            (entry) => (entry.rule.method === undefined || entry.rule.method === method) && new RegExp(entry.rule.path).test(path),
        );
        return matching.filter(hits).map((entry) => entry.rule.fault);
    }

    private matchingTasks(type: string, step: string, id: string): TaskRule[] {
        const matching = this.tasks.filter(
            ({ rule }) => rule.type === type && rule.step === step && (rule.id === undefined || rule.id === id),
        );
        return matching.filter(hits).map((entry) => entry.rule);
    }

    async atStep(type: string, step: string, id: string): Promise<void> {
        for (const rule of this.matchingTasks(type, step, id)) {
            if (rule.delayMs !== undefined) await pause(rule.delayMs);
            if (rule.message !== undefined) throw new MachineError(rule.message);
        }
    }

    lostEnd(type: string, id: string): boolean {
        return this.matchingTasks(type, "end", id).length > 0;
    }
}
