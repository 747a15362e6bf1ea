import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MachineError } from "../machine";
import { destroyCgroups, labProcesses } from "./cgroups";
import type { NodeSpace } from "./node-space";
import { identify, isAlive } from "./processes";
import type { ProcessIdentity } from "./processes";

/** SIGRTMIN+3: systemd halts (systemd(1), "Signals"). */
const haltSignal = 37;

/** A running LXC container, node or guest alike. Its monitor is a child of the daemon, so its end is noticed at once. */
export class Container {
    private constructor(
        private readonly space: NodeSpace,
        private readonly name: string,
        private readonly cgroup: string,
        private readonly init: ProcessIdentity,
        /** Resolves when the container is gone, for whatever reason; `reboot` when it is to be started again. */
        readonly ended: Promise<"stop" | "reboot">,
    ) {}

    static async start(space: NodeSpace, name: string, cgroup: string, config: string): Promise<Container> {
        const dir = join(space.layout.lxcPath, name);
        mkdirSync(dir, { recursive: true });
        const [file, log] = [join(dir, "config"), join(dir, "log")];
        const reboot = new RebootHook(dir);
        writeFileSync(file, `${config}${reboot.config}`);
        writeFileSync(log, "");
        const lxc = ["lxc-start", "-F", "-P", space.layout.lxcPath, "-n", name, "-f", file, "-o", log, "-l", "WARN"];
        const [command = "", ...args] = space.command(lxc);
        const monitor = spawn(command, args, { stdio: "ignore", detached: true });
        const ended = new Promise<"stop" | "reboot">((resolve) => {
            monitor.on("exit", () => resolve(reboot.wanted ? "reboot" : "stop"));
            monitor.on("error", () => resolve("stop"));
        });
        monitor.unref();
        const init = await Promise.race([initOf(space, name), ended.then(() => undefined)]);
        const identity = init === undefined ? undefined : identify(init);
        if (!identity) {
            const said = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
            throw new MachineError(`startup for container '${name}' failed`, said.slice(-20));
        }
        return new Container(space, name, cgroup, identity, ended);
    }

    get pid(): number {
        return this.init.pid;
    }

    get running(): boolean {
        return isAlive(this.init);
    }

    /** Command line that runs `argv` as root inside; with `keepEnv` in the caller's environment. */
    command(argv: string[], keepEnv: boolean): string[] {
        const attach = [
            "lxc-attach",
            "-P",
            this.space.layout.lxcPath,
            "-n",
            this.name,
            keepEnv ? "--keep-env" : "--clear-env",
            "--",
            ...argv,
        ];
        return this.space.command(attach);
    }

    /** Everything that runs in it, by the machine's numbers. */
    processes(): number[] {
        return labProcesses(`${this.cgroup}/payload`);
    }

    /** Asks its init to shut down; false when it did not within `timeout` seconds. */
    async shutdown(timeout: number): Promise<boolean> {
        process.kill(this.pid, haltSignal);
        const late = sleep(timeout * 1000, false, { ref: false });
        return Promise.race([this.ended.then(() => true), late]);
    }

    /** Ends it at once, and all that was in it. */
    async kill(): Promise<void> {
        await destroyCgroups(`${this.cgroup}/payload`);
        await Promise.race([this.ended, sleep(10_000, undefined, { ref: false })]);
        await destroyCgroups(this.cgroup);
    }
}

/**
 * LXC would restart a rebooting container by itself, with its old settings. As on PVE its post-stop hook forbids that and leaves a note,
 * and it is started anew.
 */
class RebootHook {
    private readonly note: string;
    readonly config: string;

    constructor(dir: string) {
        this.note = join(dir, "reboot");
        rmSync(this.note, { force: true });
        const script = join(dir, "post-stop");
        writeFileSync(script, `#!/bin/sh\n[ "$LXC_TARGET" != reboot ] || { : > ${this.note}; exit 1; }\n`, { mode: 0o755 });
        this.config = `lxc.hook.post-stop = ${script}\n`;
    }

    get wanted(): boolean {
        return existsSync(this.note);
    }
}

async function initOf(space: NodeSpace, name: string): Promise<number | undefined> {
    for (let tries = 0; tries < 600; tries++) {
        const { stdout } = await space.attempt(["lxc-info", "-P", space.layout.lxcPath, "-n", name, "--state", "--pid", "--no-humanize"]);
        const pid = /^State:\s+RUNNING\nPID:\s+(\d+)/.exec(stdout)?.[1];
        if (pid) return Number(pid);
        await sleep(20);
    }
    throw new MachineError(`startup for container '${name}' failed: not running after 30 s`);
}
