import type { SambaSettings } from "../model/samba";
import { bytesOf, MIB } from "../model/size";

/** How much clients may take of a gateway, so that its init, its sshd and who repairs it always have something left. */
export interface Limits {
    /** Bytes for smbd and all its processes. */
    memory: number;
    /** Connections at once: smbd has a process for each. */
    processes: number;
    /** Connections at once from one address. */
    perAddress: number;
}

/**
 * A process that only waits takes 0.7 MiB, one whose user has copied files 1.4 MiB and up to 13 MiB while it copies (samba.md section 7). So
 * all of them together, waiting, take half of what smbd has.
 */
const PER_PROCESS = 3 * MIB;

export function limitsOf({ maxProcesses, maxPerAddress }: Pick<SambaSettings, "maxProcesses" | "maxPerAddress">, memory: string): Limits {
    const all = bytesOf(memory);
    const own = all - Math.max(64 * MIB, Math.min(all / 4, 512 * MIB));
    const processes = maxProcesses ?? Math.floor(own / PER_PROCESS);
    return { memory: own, processes, perAddress: maxPerAddress ?? Math.ceil(processes / 2) };
}

/**
 * What systemd adds to Debian's unit. Where the memory is used up, the kernel ends the largest of smbd's processes, one session, and never
 * init: only when it is the first process, all sessions end, and it comes back. glibc would keep what one large copy took for as long as the
 * session lasts; with fixed thresholds (mallopt(3)) it gives it back.
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
Environment=MALLOC_TRIM_THRESHOLD_=1048576 MALLOC_MMAP_THRESHOLD_=1048576
`;
