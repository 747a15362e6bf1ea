import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { spawn } from "node:child_process";
import { join, normalize } from "node:path";
import { MachineError } from "../machine";
import type { NodeLayout } from "./layout";
import { attempt, outputOf } from "./run";
import type { RunOptions, RunResult } from "./run";

const idFiles = ["subuid", "subgid"] as const;
/** As Proxmox VE leaves /etc/subuid and /etc/subgid. */
export const usualIds = "root:100000:65536\n";
/** LXC maps the root of the machine, too, while it makes files. */
const handedOut = (own: string): string => `${own}root:0:1\n`;

/** It is bound over another file, so it stays the same one. Containers that start meanwhile read it, so it is never empty. */
function replaceInPlace(path: string, text: string): void {
    if (readFileSync(path, "utf8") === text) return;
    const file = openSync(path, "r+");
    try {
        writeSync(file, text, 0);
        ftruncateSync(file, Buffer.byteLength(text));
    } finally {
        closeSync(file);
    }
}

/**
 * The kernel's side of one node: a mount namespace that belongs to the node's network namespace. Its container and its guests start
 * from here, and all their mounts are made here, so they are gone with the last process, whatever happened.
 *
 * LXC needs a /sys that shows the node's bridge *and* the machine's cgroups. `ip netns exec` hides the cgroups, `nsenter --net` alone
 * shows the wrong interfaces; so the cgroups are bound aside, a new sysfs is mounted, and they are moved back.
 */
export class NodeSpace {
    private constructor(
        readonly layout: NodeLayout,
        /** A process that does nothing but hold the namespaces. */
        readonly keeper: number,
    ) {}

    static async open(layout: NodeLayout): Promise<NodeSpace> {
        const aside = join(layout.dir, "cgroup");
        mkdirSync(aside, { recursive: true });
        // lxc-usernsexec insists on a range handed out to root; the machine's own files stay as they are.
        for (const name of idFiles) writeFileSync(join(layout.dir, name), handedOut(usualIds));
        const script = [
            `mount --rbind /sys/fs/cgroup ${aside}`,
            "mount -t sysfs sysfs /sys",
            `mount --move ${aside} /sys/fs/cgroup`,
            ...idFiles.map((name) => `mount --bind ${join(layout.dir, name)} /etc/${name}`),
            "echo ready",
            "exec sleep infinity",
        ].join(" && ");
        const argv = [`--net=/run/netns/${layout.namespace}`, "unshare", "--mount", "--propagation", "private", "sh", "-c", script];
        const keeper = spawn("nsenter", argv, { stdio: ["ignore", "pipe", "pipe"], detached: true });
        await new Promise<void>((resolve, reject) => {
            let complaint = "";
            keeper.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
            keeper.stdout.once("data", () => resolve());
            keeper.on("error", reject);
            keeper.on("exit", () => reject(new MachineError(`the namespaces of node ${layout.name} can't be made: ${complaint.trim()}`)));
        });
        keeper.unref();
        return new NodeSpace(layout, keeper.pid ?? 0);
    }

    /** Where a path of the node is here, as programs run by `command` see it. */
    path(nodePath: string): string {
        const clean = normalize(nodePath);
        for (const [at, dir] of Object.entries(this.layout.directories)) {
            if (clean === at || clean.startsWith(`${at}/`)) return join(dir, clean.slice(at.length));
        }
        return join(this.layout.dir, "root", clean);
    }

    /** Lets containers that are started from now on have the ids that the node's own files hand out to root. */
    handOutIds(): void {
        for (const name of idFiles) {
            const own = this.outside(join(this.layout.dir, "root/etc", name));
            replaceInPlace(join(this.layout.dir, name), handedOut(existsSync(own) ? readFileSync(own, "utf8") : usualIds));
        }
    }

    /** The same for this process, which stands outside the mount namespace. */
    outside(path: string): string {
        return `/proc/${this.keeper}/root${path}`;
    }

    /** Command line that runs `argv` on the node's side of the kernel, with the machine's own programs. */
    command(argv: string[]): string[] {
        return ["nsenter", `--target=${this.keeper}`, "--mount", "--net", "--", ...argv];
    }

    /** Runs a command there that must succeed; an error names the command as the node's own tools would. */
    async run(argv: string[], options?: RunOptions): Promise<string> {
        return outputOf(argv, await this.attempt(argv, options));
    }

    attempt(argv: string[], options?: RunOptions): Promise<RunResult> {
        return attempt(this.command(argv), options);
    }

    /** The same as root of an unprivileged container, whose ids are the machine's 100000 to 165535. */
    mapped(unprivileged: boolean, argv: string[]): string[] {
        return unprivileged ? ["lxc-usernsexec", "-m", "b:0:100000:65536", "--", ...argv] : argv;
    }
}
