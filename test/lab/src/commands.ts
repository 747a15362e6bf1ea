import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { labAccess } from "./access";
import type { DaemonNews, DaemonOptions } from "./daemon";
import { accessFile, daemonFile, daemonLog, stateDir } from "./machine/layout";
import { isAlive } from "./machine/processes";
import type { ProcessIdentity } from "./machine/processes";
import { raze } from "./machine/raze";
import { attempt } from "./machine/run";

type Say = (line: string) => void;

const versions = ["8.4", "9.1", "9.2"];

/** Brings the lab up and returns when it can be used. An up lab is left alone, a broken one taken down first. */
export async function up(options: DaemonOptions, say: Say): Promise<void> {
    if (!versions.includes(options.version)) throw new Error(`no PVE version ${options.version}: the lab plays ${versions.join(", ")}`);
    if (options.nodes.some((name) => !/^[a-z][a-z0-9]{0,7}$/.test(name)))
        throw new Error(`node names are like pve1: ${options.nodes.join(", ")}`);
    const state = lifeOfDaemon();
    if (state === "up") {
        const access = labAccess();
        say(
            `the lab is already up: ${access.nodes.map((node) => node.name).join(", ")}, PVE ${access.version}, ${access.nodes[0]?.endpoint}`,
        );
        return;
    }
    if (state === "starting") throw new Error("the lab is being started by another process");
    if (state === "dead") {
        say("removing what a crashed lab left behind");
        await raze();
    }
    await checkMachine();
    const started = Date.now();
    mkdirSync(stateDir, { recursive: true, mode: 0o755 });
    try {
        await startDaemon(options, say);
    } catch (error) {
        await raze();
        throw error;
    }
    const access = labAccess();
    say(
        `the lab is up after ${((Date.now() - started) / 1000).toFixed(1)} s: PVE ${access.version} at ${access.nodes.map((node) => node.endpoint).join(", ")}`,
    );
}

/** Takes the lab down; also after a crash, also when nothing is there. */
export async function down(say: Say): Promise<void> {
    const there = existsSync(stateDir);
    await raze();
    say(there ? "the lab is down, nothing is left of it" : "the lab was not up");
}

/** Says how the lab is; 0 when it is up, else 3 as with systemctl. */
export function status(say: Say): number {
    const state = lifeOfDaemon();
    const words = { none: "not up", dead: "crashed: `make lab-down` cleans up", starting: "starting", up: "up" };
    say(`the lab is ${words[state]}`);
    if (state !== "up") return 3;
    const access = labAccess();
    say(`PVE ${access.version}; root@pam's password and keys: ${accessFile}`);
    for (const node of access.nodes) say(`${node.name}  ${node.endpoint}`);
    return 0;
}

function lifeOfDaemon(): "none" | "dead" | "starting" | "up" {
    if (!existsSync(stateDir)) return "none";
    if (!existsSync(daemonFile)) return "dead";
    const daemon = JSON.parse(readFileSync(daemonFile, "utf8") || "{}") as ProcessIdentity;
    if (!isAlive(daemon)) return "dead";
    return existsSync(accessFile) ? "up" : "starting";
}

/** One clear sentence for a machine that can't hold a lab. */
async function checkMachine(): Promise<void> {
    const trials: [string[], string][] = [
        [["unshare", "--mount", "--net", "--pid", "--fork", "true"], "namespaces can't be made here (inside an unprivileged container?)"],
        [["test", "-e", "/dev/loop-control"], "there are no loop devices here"],
        [
            ["sh", "-c", "ls -d /sys/fs/cgroup/*/cgroup.procs /sys/fs/cgroup/cgroup.procs 2>/dev/null | grep -q ."],
            "no cgroups are mounted at /sys/fs/cgroup",
        ],
        [["sh", "-c", "grep -qw overlay /proc/filesystems || modprobe overlay"], "the kernel has no overlayfs"],
    ];
    for (const [argv, reason] of trials) {
        const result = await attempt(argv);
        if (result.code !== 0) throw new Error(`this machine can't hold the lab: ${reason}`);
    }
}

function startDaemon(options: DaemonOptions, say: Say): Promise<void> {
    const log = openSync(daemonLog, "a", 0o600);
    const argv = [...process.execArgv, join(__dirname, "daemon.ts"), JSON.stringify(options)];
    const daemon = spawn(process.execPath, argv, { stdio: ["ignore", log, log, "ipc"], detached: true, cwd: "/" });
    closeSync(log);
    return new Promise((resolve, reject) => {
        daemon.on("message", (news: DaemonNews) => {
            if (news.kind === "step") say(news.text);
            if (news.kind === "failed") reject(new Error(news.text));
            if (news.kind === "ready") {
                daemon.disconnect();
                daemon.unref();
                resolve();
            }
        });
        daemon.on("error", reject);
        daemon.on("exit", () => reject(new Error(`the lab's daemon ended unexpectedly:\n${tail(daemonLog)}`)));
    });
}

function tail(file: string): string {
    return readFileSync(file, "utf8").trimEnd().split("\n").slice(-15).join("\n");
}
