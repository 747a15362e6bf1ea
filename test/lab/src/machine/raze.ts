import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { destroyCgroups } from "./cgroups";
import { inventory } from "./inventory";
import { stateDir } from "./layout";
import { removeNamespace, removeNetnsMount } from "./network";
import { attempt } from "./run";

/**
 * Takes the whole lab away, whatever state it is in: the one way down, after a good run as after a crash. Processes first (by cgroup,
 * the daemon among them); the nodes' mounts vanish with the last process in their mount namespaces; then what the inventory names.
 */
export async function raze(): Promise<void> {
    await destroyCgroups();
    for (const made of inventory()) {
        if (made.kind === "netns") await removeNamespace(made.name);
        if (made.kind === "netns-mount") await removeNetnsMount();
        if (made.kind === "directory" && existsSync(made.path) && readdirSync(made.path).length === 0) rmdirSync(made.path);
    }
    await releaseLoops();
    if (existsSync(stateDir)) rmSync(stateDir, { recursive: true });
}

/** Loop devices let go of their file with its last mount, a moment after the last process; one without a mount is detached here. */
async function releaseLoops(): Promise<void> {
    for (let tries = 0; ; tries++) {
        const mine = loopDevices();
        if (mine.length === 0) return;
        if (tries > 20) for (const device of mine) await attempt(["losetup", "--detach", `/dev/${device}`]);
        if (tries > 500) throw new Error(`loop devices are still in use: ${mine.join(", ")}`);
        await sleep(10);
    }
}

/** Those on a file of this lab, also while they are on their way out, when losetup no longer lists them. */
function loopDevices(): string[] {
    const devices = readdirSync("/sys/block").filter((name) => /^loop\d+$/.test(name));
    return devices.filter((name) => {
        try {
            return readFileSync(`/sys/block/${name}/loop/backing_file`, "utf8").startsWith(`${stateDir}/`);
        } catch {
            return false; // Not in use.
        }
    });
}
