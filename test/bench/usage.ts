import { readFileSync } from "node:fs";
import type { Part, Stack } from "../e2e/support/stack";

/** What the processes of one part of a deployment used. */
export interface Usage {
    /** Seconds of processor time. Unlike wall-clock time, other work on the machine does not add to it. */
    cpu: number;
    /** Peak resident memory (MiB) of one of them, from the kernel's own high-water mark. */
    memory: number;
}

/** Linux counts in hundredths of a second, whatever its clock frequency is (proc(5), USER_HZ). */
const TICKS = 100;

/** Watches the processes of a stack during an operation. */
export class UsageWatch {
    private readonly seen = new Map<number, Usage & { part: Part }>();
    private looks = 0;
    private readonly timer: NodeJS.Timeout;

    constructor(private readonly stack: Stack) {
        this.timer = setInterval(() => this.look(), 100);
    }

    end(): Record<Part, Usage> {
        clearInterval(this.timer);
        const of = (part: Part): Usage => {
            const all = [...this.seen.values()].filter((each) => each.part === part);
            return { cpu: all.reduce((sum, { cpu }) => sum + cpu, 0), memory: Math.max(0, ...all.map(({ memory }) => memory)) };
        };
        return { engine: of("engine"), program: of("program"), provider: of("provider") };
    }

    private look(): void {
        // Finding them means reading all processes of the machine, so not at each tick. But once is not enough, because they start one
        // after the other.
        if (this.looks++ % 5 === 0)
            for (const { pid, part } of this.stack.processes()) this.seen.set(pid, { cpu: 0, memory: 0, ...this.seen.get(pid), part });
        for (const [pid, usage] of this.seen) {
            try {
                usage.cpu = cpuSeconds(readFileSync(`/proc/${pid}/stat`, "utf8"));
                // An exiting process has no memory figures any more.
                usage.memory = Math.max(usage.memory, peakMemory(readFileSync(`/proc/${pid}/status`, "utf8")));
            } catch {
                // The process has ended; its last figures stand.
            }
        }
    }
}

/** proc(5): the command's name, in parentheses, may contain anything; user and system time are the 12th and 13th field after it. */
export function cpuSeconds(stat: string): number {
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

export const peakMemory = (status: string): number => Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
