import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";

/**
 * Does the work while no other lab of this machine does any under the same directory's lock. The lock is held by a process that waits for
 * the end of its input, so it is lifted in any case when this one is gone.
 */
export async function exclusively<T>(directory: string, work: () => Promise<T>): Promise<T> {
    mkdirSync(directory, { recursive: true });
    const holder = spawn("flock", [directory, "sh", "-c", "echo held; exec cat"], { stdio: ["pipe", "pipe", "inherit"] });
    const ended = once(holder, "close");
    const held = once(holder.stdout, "data").then(() => true);
    if ((await Promise.race([held, ended])) !== true) throw new Error(`flock ${directory} ended before it held the lock`);
    try {
        return await work();
    } finally {
        holder.stdin.end();
        await ended;
    }
}
