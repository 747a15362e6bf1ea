import type { SambaSettings } from "../model/samba";
import { bytesOf, MIB } from "../model/size";

/** Limits on what clients can use, so that init, sshd and an administrator's login always have resources left. */
export interface Limits {
    /** Bytes for smbd and all its processes. */
    memory: number;
    /** Concurrent connections: smbd forks a process for each. */
    processes: number;
    /** Concurrent connections from one address. */
    perAddress: number;
}

/**
 * An idle process takes 0.7 MiB; after its user has copied files 1.4 MiB, and up to 13 MiB while copying (samba.md section 7). So all
 * processes, idle, take half of smbd's memory.
 */
const PER_PROCESS = 3 * MIB;

export function limitsOf({ maxProcesses, maxPerAddress }: Pick<SambaSettings, "maxProcesses" | "maxPerAddress">, memory: string): Limits {
    const all = bytesOf(memory);
    const own = all - Math.max(64 * MIB, Math.min(all / 4, 512 * MIB));
    const processes = maxProcesses ?? Math.floor(own / PER_PROCESS);
    return { memory: own, processes, perAddress: maxPerAddress ?? Math.ceil(processes / 2) };
}

/**
 * Drop-in for Debian's smbd unit. When memory runs out, the kernel kills smbd's largest process, which is one session, and never init. Only
 * if that is smbd's first process do all sessions end, and systemd restarts smbd. Before that it waits for the sessions: those with many
 * files open took 13 s to close them (six with 14,000 each), and systemd's default would wait for 90 s. Fixed thresholds (mallopt(3)) make
 * glibc return the memory of a large copy; otherwise it keeps it until the session ends.
 */
export const smbdUnit = ({ memory }: Limits): string => `# Written by pvesmb.
[Unit]
StartLimitIntervalSec=0

[Service]
MemoryMax=${memory}
OOMPolicy=continue
OOMScoreAdjust=500
Restart=on-failure
RestartSec=1
TimeoutStopSec=5
Environment=MALLOC_TRIM_THRESHOLD_=1048576 MALLOC_MMAP_THRESHOLD_=1048576
`;
