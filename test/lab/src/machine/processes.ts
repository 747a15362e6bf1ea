import { readFileSync } from "node:fs";

/** A process that can't be mistaken for a later one with the same number. */
export interface ProcessIdentity {
    pid: number;
    /** Clock ticks since boot when it started: field 22 of /proc/PID/stat. */
    started: string;
    boot: string;
}

const bootId = (): string => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

function startTime(pid: number): string | undefined {
    try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // The name before may hold spaces and brackets.
        return fields[0] === "Z" ? undefined : fields[19];
    } catch {
        return undefined;
    }
}

/** Who has this number now; undefined when nobody does (or only a zombie). */
export function identify(pid: number): ProcessIdentity | undefined {
    const started = startTime(pid);
    return started === undefined ? undefined : { pid, started, boot: bootId() };
}

export function isAlive(process: ProcessIdentity): boolean {
    return process.boot === bootId() && startTime(process.pid) === process.started;
}
