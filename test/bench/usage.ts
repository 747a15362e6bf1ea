import { readFileSync } from "node:fs";
import type { Part, Stack } from "../e2e/support/stack";

/** What the processes of one part of a deployment used. */
export interface Usage {
    /** Seconds of processor time. Other work on the machine does not add to it, unlike to seconds on a clock. */
    cpu: number;
    /** Most memory (MiB, resident) that one of them had, by the kernel's own high-water mark. */
    memory: number;
}

/** Linux counts in hundredths of a second, whatever its own clock does (proc(5), USER_HZ). */
const TICKS = 100;

/** Watches the processes of a stack while it does something. */
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
        // Finding them means a look at every process of the machine: not each time. It is not done once either: they come one by one.
        if (this.looks++ % 5 === 0)
            for (const { pid, part } of this.stack.processes()) this.seen.set(pid, { cpu: 0, memory: 0, ...this.seen.get(pid), part });
        for (const [pid, usage] of this.seen) {
            try {
                usage.cpu = cpuSeconds(readFileSync(`/proc/${pid}/stat`, "utf8"));
                // On its way out a process has no memory any more.
                usage.memory = Math.max(usage.memory, peakMemory(readFileSync(`/proc/${pid}/status`, "utf8")));
            } catch {
                // Gone in the meantime; what was seen last stands.
            }
        }
    }
}

/** proc(5): the command's name, in brackets, may hold anything; user and system time are the 12th and 13th field after it. */
export function cpuSeconds(stat: string): number {
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

export const peakMemory = (status: string): number => Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
