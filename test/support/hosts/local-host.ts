import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { Deadline } from "../../../provider/base/deadline";
import type { Batch, BatchResult, Step, Unit, UnitResult } from "../../../provider/hosts/batch";
import { Executor } from "../../../provider/hosts/executor/executor";
import type { Channel, Host } from "../../../provider/hosts/host";

export const soon = (): Deadline => Deadline.in(20_000);

/** This machine as a Host: commands are child processes. */
export class LocalHost implements Host {
    readonly name = "this machine";
    readonly id = "local";
    readonly children: ChildProcess[] = [];

    exec(): Promise<never> {
        throw new Error("not used by the executor");
    }

    open(argv: readonly string[]): Promise<Channel> {
        const child = spawn(argv[0]!, argv.slice(1), { env: process.env });
        this.children.push(child);
        const closed = new Promise<{ code?: number; signal?: string }>((resolve) => {
            child.on("error", () => resolve({ code: 127 }));
            child.on("close", (code, signal) => resolve({ code: code ?? undefined, signal: signal ?? undefined }));
        });
        child.stdin.on("error", () => undefined);
        return Promise.resolve({
            io: Duplex.from({ readable: child.stdout, writable: child.stdin }),
            stderr: child.stderr,
            closed,
            destroy: () => child.stdin.destroy(),
        });
    }

    get last(): ChildProcess {
        return this.children.at(-1)!;
    }
}

/** A folder with a lock and a journal of its own, and an executor for it. */
export class Bench {
    readonly root = mkdtempSync(join(tmpdir(), "pvesmb-"));
    readonly places = { lock: join(this.root, "lock"), journal: join(this.root, "journal"), shared: join(this.root, "shared") };
    readonly host = new LocalHost();
    readonly executor = new Executor(this.host, this.places);

    at(...path: string[]): string {
        return join(this.root, ...path);
    }

    run(batch: Partial<Batch>): Promise<BatchResult> {
        return this.executor.batch({ units: [], verify: [], commit: [], ...batch }, soon());
    }

    /** Runs one unit with these steps. */
    async steps(...steps: Step[]): Promise<UnitResult> {
        return (await this.run({ units: [unit("u", ...steps)] })).units["u"]!;
    }

    /** Runs one unit that must succeed. */
    async fine(...steps: Step[]): Promise<Extract<UnitResult, { ok: true }>> {
        const result = await this.steps(...steps);
        if (!result.ok) throw new Error(`${result.step}: ${result.message}`);
        return result;
    }

    /** Runs one unit that must fail. */
    async broken(...steps: Step[]): Promise<Extract<UnitResult, { ok: false }>> {
        const result = await this.steps(...steps);
        if (result.ok) throw new Error("expected a failure");
        return result;
    }

    /** Runs the steps twice: the first run changes something, the second nothing. */
    async settles(...steps: Step[]): Promise<void> {
        expect((await this.fine(...steps)).changed).toBe(true);
        expect((await this.fine(...steps)).changed).toBe(false);
    }

    read(...path: string[]): string {
        return readFileSync(this.at(...path), "utf8");
    }

    mode(...path: string[]): number {
        return statSync(this.at(...path)).mode & 0o7777;
    }

    dispose(): void {
        this.executor.close();
        rmSync(this.root, { recursive: true, force: true });
    }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A free port below the kernel's ephemeral range (ip_local_port_range), so that no other process gets it. */
export async function freePort(): Promise<number> {
    for (;;) {
        const port = randomInt(10_000, 32_000);
        const server = createServer();
        const free = new Promise<boolean>((resolve) => {
            server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
        });
        if (await free) return port;
    }
}

/** Whether the process exists and is not a zombie. */
export function running(pid: string): boolean {
    try {
        return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid.trim()}/stat`, "utf8"));
    } catch {
        return false;
    }
}

export const unit = (key: string, ...steps: Step[]): Unit => ({ key, steps });
export const write = (path: string, content: string): Step => ({ do: "write", path, content, mode: "0644" });
export const run = (...argv: string[]): Step => ({ do: "run", argv });
export const fail: Step = { do: "run", argv: ["sh", "-c", "echo broken >&2; exit 3"] };
