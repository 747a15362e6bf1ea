import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cgroupName } from "./layout";
import { identify, isAlive } from "./processes";
import type { ProcessIdentity } from "./processes";

/**
 * Every process of the lab lives below a cgroup of the lab's name (the daemon moves itself there first, its children inherit it, and
 * containers get theirs inside). So what belongs to the lab is known for certain, also when the daemon died without a word.
 */
const base = "/sys/fs/cgroup";

/** cgroup v2 alone, or v1 (possibly with a v2 tree beside it)? Decides which limit keys LXC gets. */
export function cgroupVersion(): 1 | 2 {
    return existsSync(join(base, "cgroup.controllers")) ? 2 : 1;
}

/** The root directory of each cgroup hierarchy. */
function hierarchies(): string[] {
    if (cgroupVersion() === 2) return [base];
    return readdirSync(base, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => join(base, entry.name));
}

/** Moves this process, and so all it starts, into the lab's cgroup. */
export function joinLabCgroup(): void {
    const root = cgroupVersion() === 2 ? base : (hierarchies().find((path) => path.endsWith("/systemd")) ?? hierarchies()[0] ?? base);
    const dir = join(root, cgroupName, "daemon");
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, "cgroup.procs"), String(process.pid));
}

/** A cgroup and those below it, innermost first; empty when it went away meanwhile. */
function tree(dir: string): string[] {
    try {
        const below = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
        return [...below.flatMap((entry) => tree(join(dir, entry.name))), dir];
    } catch {
        return [];
    }
}

function labCgroups(within: string): string[] {
    return hierarchies()
        .map((root) => join(root, cgroupName, within))
        .flatMap(tree);
}

/** Processes in the lab's cgroups, or in those below `within` (e.g. `pve1/guest-101`). */
export function labProcesses(within = ""): number[] {
    const pids = labCgroups(within).flatMap((dir) => {
        try {
            return readFileSync(join(dir, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
        } catch {
            return []; // The cgroup went away in between.
        }
    });
    return [...new Set(pids)].filter((pid) => pid > 0);
}

/** Where a key such as `memory.max` or `memory.limit_in_bytes` of one of the lab's cgroups is. */
export function cgroupFile(within: string, key: string): string {
    const hierarchy = cgroupVersion() === 2 ? base : join(base, key.split(".")[0] ?? "");
    return join(hierarchy, cgroupName, within, key);
}

/**
 * How long processes of a cgroup waited, in percent of the last ten seconds: `cpusome`, `iofull` ... Only cgroup v2 tells it of one cgroup;
 * elsewhere the machine's own stall information stands in, which a guest has its part in.
 */
export function pressureOf(within: string): Record<string, string> {
    const found: Record<string, string> = {};
    for (const kind of ["cpu", "io", "memory"]) {
        const file = cgroupVersion() === 2 ? cgroupFile(within, `${kind}.pressure`) : `/proc/pressure/${kind}`;
        const text = existsSync(file) ? readPressure(file) : "";
        for (const [, some = "", average = ""] of text.matchAll(/^(some|full) avg10=(\d+\.\d+)/gm)) found[`${kind}${some}`] = average;
    }
    return found;
}

/** Empty where the kernel keeps none (booted with psi=0). */
function readPressure(file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return "";
    }
}

/** Kills every process in those cgroups, this one excepted, and removes the cgroups. Waits at most ten seconds. */
export async function destroyCgroups(within = ""): Promise<void> {
    const until = Date.now() + 10_000;
    const killed = new Map<number, ProcessIdentity>();
    for (;;) {
        for (const pid of labProcesses(within).filter((entry) => entry !== process.pid)) {
            const known = killed.get(pid) ?? identify(pid);
            if (known) killed.set(pid, known);
            kill(pid);
        }
        // A dying process leaves its cgroup's list before it lets go of its mounts.
        for (const [pid, known] of killed) if (!isAlive(known)) killed.delete(pid);
        if (killed.size === 0 || Date.now() > until) break;
        await sleep(10);
    }
    for (const dir of labCgroups(within)) {
        while (existsSync(dir) && !removed(dir) && Date.now() < until) await sleep(10); // Busy until its zombies are collected.
    }
}

function removed(dir: string): boolean {
    try {
        rmdirSync(dir);
        return true;
    } catch (error) {
        return (error as NodeJS.ErrnoException).code !== "EBUSY";
    }
}

function kill(pid: number): void {
    try {
        process.kill(pid, "SIGKILL");
    } catch {
        // Ended by itself.
    }
}
