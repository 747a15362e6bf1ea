/** Facts about the machine that a node reports as its own. */
import { cpus, freemem, loadavg, totalmem, uptime } from "node:os";

export interface HostFacts {
    cpus: number;
    memory: number;
    free: number;
    uptime: number;
    load: string[];
    model: string;
}

export function hostFacts(): HostFacts {
    return {
        cpus: cpus().length,
        memory: totalmem(),
        free: freemem(),
        uptime: Math.floor(uptime()),
        load: loadavg().map((value) => value.toFixed(2)),
        model: cpus()[0]?.model ?? "unknown",
    };
}
