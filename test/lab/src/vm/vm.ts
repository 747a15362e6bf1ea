import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { truncate } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { installHostPackages } from "../machine/packages/host-packages";
import { outputOf, run } from "../machine/run";
import type { RunResult } from "../machine/run";
import { accelerator } from "./accelerator";
import { qemuCommand } from "./command-line";
import type { Hardware } from "./command-line";
import { buildImage } from "./image";
import type { Addition } from "./image";
import { Shell } from "./shell";
import { makeWorkspace } from "./workspace";

export interface VmOptions {
    /** Empty disks, in bytes (they take what is written): /dev/disk/by-id/virtio-NAME. They outlive a kill. */
    disks?: Record<string, number>;
    /** Files of this machine to be read there as /dev/disk/by-id/virtio-NAME. */
    media?: Record<string, string>;
    /** MiB. Default 2048. */
    memory?: number;
    /** Beside what every machine has. */
    more?: Addition;
    progress?: (line: string) => void;
}

const programs = { "qemu-system-x86_64": "qemu-system-x86", "qemu-img": "qemu-utils", mmdebstrap: "mmdebstrap", mke2fs: "e2fsprogs" };

/** Software emulation on a busy machine: half a minute alone, minutes beside others. */
const patience = 600_000;
/** After this long without a prompt on the console, SSH is tried all the same. */
const prompt = 240_000;

/** A virtual machine with a kernel of its own: true ZFS, XFS and ext4 with project quotas, and a power cord to pull. */
export class Vm {
    private process: ChildProcess | undefined;
    private connection: Shell | undefined;

    private constructor(
        private readonly folder: string,
        private readonly hardware: Omit<Hardware, "sshPort">,
        /** The key that logs in, both halves, and the host key that is shown. */
        readonly keys: { privateKey: string; publicKey: string; hostKey: string },
    ) {}

    /** Makes its disks; `start` switches it on. */
    static async create({ disks = {}, media = {}, memory = 2048, more, progress = () => undefined }: VmOptions = {}): Promise<Vm> {
        await installHostPackages(progress, programs);
        const image = await buildImage(progress, more);
        const folder = makeWorkspace();
        try {
            const root = join(folder, "root.qcow2");
            await run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", image.root, root]);
            const own = Object.entries(disks).map(([name]) => ({ name, file: join(folder, `${name}.img`), readOnly: false }));
            for (const { name, file } of own) {
                writeFileSync(file, "");
                await truncate(file, disks[name]);
            }
            const given = Object.entries(media).map(([name, file]) => ({ name, file, readOnly: true }));
            const key = join(folder, "key");
            await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "vm", "-f", key]);
            const publicKey = readFileSync(`${key}.pub`, "utf8").trim();
            return new Vm(
                folder,
                {
                    kernel: image.kernel,
                    initrd: image.initrd,
                    root,
                    disks: [...own, ...given],
                    memory,
                    processors: 2,
                    authorizedKey: publicKey,
                    console: join(folder, "console.log"),
                    accelerator: accelerator(),
                },
                { privateKey: readFileSync(key, "utf8"), publicKey, hostKey: readFileSync(image.hostKey, "utf8").trim() },
            );
        } catch (error) {
            rmSync(folder, { recursive: true, force: true });
            throw error;
        }
    }

    /** Boots it, and waits until it takes commands. Returns the seconds that took. */
    async start(): Promise<number> {
        const began = performance.now();
        const port = await freePort();
        writeFileSync(this.hardware.console, "");
        const said: string[] = [];
        // --pdeathsig: however this process ends, no machine stays behind.
        const child = spawn("setpriv", ["--pdeathsig", "KILL", ...qemuCommand({ ...this.hardware, sshPort: port })], {
            stdio: ["ignore", "ignore", "pipe"],
        });
        child.stderr.on("data", (chunk: Buffer) => said.push(chunk.toString()));
        child.on("error", (error) => said.push(error.message));
        this.process = child;
        const alive = (): void => {
            if (child.exitCode === null && child.signalCode === null && performance.now() - began < patience) return;
            child.kill("SIGKILL");
            throw new Error(`the virtual machine does not come up: ${said.join("").trim() || this.lastWords()}`);
        };
        // QEMU takes connections before the guest can: one made too early hangs for long. On a machine so busy that systemd gives up waiting
        // for the console, there is no prompt, but there is an sshd.
        for (; !this.lastWords().includes(" login:") && performance.now() - began < prompt; await sleep(200)) alive();
        this.connection = await Shell.connect({ port, ...this.keys }, alive);
        this.sshPort = port;
        return (performance.now() - began) / 1000;
    }

    /** Where its sshd is reached on this machine's loopback, while it runs. */
    sshPort = 0;

    /** Runs a shell script as root to its end. A failing one does not reject: look at `code`. */
    attempt(script: string, options?: { input?: string | Buffer; timeout?: number }): Promise<RunResult> {
        return this.shell.run(script, options);
    }

    /** Runs a shell script that must succeed; gives its stdout. */
    async run(script: string, options?: { input?: string | Buffer; timeout?: number }): Promise<string> {
        return outputOf([script], await this.attempt(`set -eu\n${script}`, options));
    }

    /** A port on this machine's loopback that leads to a place seen from inside. */
    forward(address: string, port: number): Promise<number> {
        return this.shell.forward(address, port);
    }

    /** A Unix socket in there whose connections end here. */
    listen(path: string, connected: (stream: Duplex) => void): Promise<void> {
        return this.shell.listen(path, connected);
    }

    /** Pulls the plug: what the guest had not yet written to its disks is lost. The disks stay; `start` boots from them again. */
    async kill(): Promise<void> {
        await this.end(() => this.process?.kill("SIGKILL"));
    }

    /** Shuts it down in good order. */
    async shutdown(): Promise<void> {
        await this.end(() => void this.shell.run("systemctl poweroff"));
    }

    /** Kills it if it runs, and removes its disks. */
    async dispose(): Promise<void> {
        await this.kill();
        rmSync(this.folder, { recursive: true, force: true });
    }

    private get shell(): Shell {
        if (!this.connection) throw new Error("the virtual machine is not running");
        return this.connection;
    }

    private async end(how: () => void): Promise<void> {
        const { process: child } = this;
        if (child && child.exitCode === null && child.signalCode === null) {
            const ended = new Promise((resolve) => child.once("exit", resolve));
            const timer = setTimeout(() => child.kill("SIGKILL"), patience);
            how();
            await ended;
            clearTimeout(timer);
        }
        this.connection?.close();
        this.process = this.connection = undefined;
    }

    private lastWords(): string {
        return readFileSync(this.hardware.console, "utf8").trimEnd().split("\n").slice(-15).join("\n");
    }
}

/** Free a moment ago; should somebody be quicker, QEMU says so. */
async function freePort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
}
