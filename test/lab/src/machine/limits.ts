import { readFileSync, writeFileSync } from "node:fs";

const instances = "/proc/sys/fs/inotify/max_user_instances";
/** Eight or so for each systemd. All unprivileged guests of all labs are one user to the kernel, whose default allows 128. */
const enough = 4096;

/** Raises what a machine full of containers runs out of: they end while they boot. It stays raised; nothing else notices. */
export function raiseLimits(): void {
    if (Number(readFileSync(instances, "utf8")) < enough) writeFileSync(instances, String(enough));
}
