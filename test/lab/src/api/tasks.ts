/** Workers: each has a UPID, a log and in the end a status, as PVE's `fork_worker` leaves them. */
import { textOf } from "../pve/errors";
import { formatUpid, parseUpid, type Upid } from "../pve/upid";
import type { Faults } from "./faults";

export class Task {
    readonly lines: string[] = [];
    warnings = 0;
    /** Seconds since 1970, once it has ended. */
    endtime?: number;
    exitstatus?: string;
    private stopped = false;
    readonly done: Promise<void>;
    private finish = (): void => undefined;

    constructor(
        readonly upid: string,
        readonly facts: Upid,
        private readonly faults: Faults,
        private readonly changed: () => void,
    ) {
        this.done = new Promise((resolve) => (this.finish = resolve));
    }

    log(text: string): void {
        this.lines.push(...text.replace(/\n$/, "").split("\n"));
    }

    warn(text: string): void {
        this.warnings++;
        this.log(`WARN: ${text}`);
    }

    /** A named point of the work: fails here when a test wants it, or when the task was told to stop. */
    async step(name: string): Promise<void> {
        this.changed();
        await this.faults.atStep(this.facts.type, name, this.facts.id);
        if (this.stopped) throw new Error("received interrupt");
    }

    stop(): void {
        this.stopped = true;
    }

    end(failure: unknown): void {
        if (this.endtime !== undefined) return;
        this.endtime = Math.floor(Date.now() / 1000);
        const lost = this.faults.lostEnd(this.facts.type, this.facts.id);
        if (lost) {
            this.exitstatus = "unexpected status";
        } else if (failure !== undefined) {
            const message = textOf(failure);
            this.lines.push(...`TASK ERROR: ${message}`.split("\n"));
            this.exitstatus = message.replaceAll("\n", " ");
        } else if (this.warnings > 0) {
            this.lines.push(`TASK WARNINGS: ${this.warnings}`);
            this.exitstatus = `WARNINGS: ${this.warnings}`;
        } else {
            this.lines.push("TASK OK");
            this.exitstatus = "OK";
        }
        this.changed();
        this.finish();
    }
}

export class Tasks {
    private readonly all = new Map<string, Task>();
    private pid = 4000 + Math.floor(Math.random() * 20000);
    private readonly booted = Date.now() - 3_600_000;

    constructor(
        private readonly faults: Faults,
        private readonly changed: () => void,
    ) {}

    /** Starts a worker and gives its UPID at once. */
    start(node: string, type: string, id: string, identity: string, work: (task: Task) => Promise<void> | void): string {
        this.pid += 2 + Math.floor(Math.random() * 5);
        const facts: Upid = {
            node,
            pid: this.pid,
            pstart: Math.floor((Date.now() - this.booted) / 10),
            starttime: Math.floor(Date.now() / 1000),
            type,
            id,
            user: identity,
        };
        const upid = formatUpid(facts);
        const task = new Task(upid, facts, this.faults, this.changed);
        this.all.set(upid, task);
        setImmediate(() => {
            void (async () => work(task))().then(
                () => task.end(undefined),
                (error: unknown) => task.end(error),
            );
        });
        return upid;
    }

    find(upid: string): Task | undefined {
        const facts = parseUpid(upid);
        return facts ? this.all.get(formatUpid(facts)) : undefined;
    }

    /** Newest first. */
    list(): Task[] {
        return [...this.all.values()].reverse();
    }

    /** As when their logs are rotated away. */
    forgetEnded(): void {
        for (const [upid, task] of this.all) if (task.endtime !== undefined) this.all.delete(upid);
    }

    /** Resolves when no task is running. */
    async idle(): Promise<void> {
        for (;;) {
            const running = this.list().filter((task) => task.endtime === undefined);
            if (running.length === 0) return;
            await Promise.all(running.map((task) => task.done));
        }
    }

    /** A node's death takes its workers with it: their logs have no end. */
    lose(node: string): void {
        for (const task of this.all.values()) {
            if (task.facts.node !== node || task.endtime !== undefined) continue;
            task.stop();
            task.endtime = Math.floor(Date.now() / 1000);
            task.exitstatus = "unexpected status";
        }
    }
}
