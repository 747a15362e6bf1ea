import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MachineError } from "../machine";
import { Container } from "../machine/container";
import { nodeConfig } from "../machine/lxc-config";
import { makeHostNetwork } from "../machine/network";
import { NodeSpace } from "../machine/node-space";
import { attempt, outputOf } from "../machine/run";
import type { RunOptions } from "../machine/run";
import { controllerLayout, domain, sites } from "./layout";
import type { ControllerName } from "./layout";

/** The machine of one domain controller: a privileged container at the switch, beside the nodes. Samba in it is the caller's to set up. */
export class Controller {
    private container: Container | undefined;

    private constructor(
        readonly name: ControllerName,
        readonly space: NodeSpace,
    ) {}

    static async open(name: ControllerName): Promise<Controller> {
        const layout = controllerLayout(name);
        for (const dir of [layout.dir, layout.lxcPath]) mkdirSync(dir, { recursive: true });
        await makeHostNetwork(layout.namespace, name, layout.address);
        return new Controller(name, await NodeSpace.open(layout));
    }

    get running(): boolean {
        return this.container?.running ?? false;
    }

    /** Its root file system anew, of read-only layers, the uppermost first. What it wrote before is gone. */
    async lay(layers: string[]): Promise<void> {
        if (this.running) throw new MachineError(`domain controller ${this.name} runs`);
        const { dir } = this.space.layout;
        const [upper, work, root] = ["upper", "work", "root"].map((part) => join(dir, part)) as [string, string, string];
        await this.space.attempt(["umount", root]);
        for (const path of [upper, work, root]) {
            rmSync(path, { recursive: true, force: true });
            mkdirSync(path);
        }
        const options = `lowerdir=${layers.join(":")},upperdir=${upper},workdir=${work}`;
        await this.space.run(["mount", "-t", "overlay", "overlay", "-o", options, root]);
        this.furnish();
    }

    async boot(): Promise<void> {
        const config = nodeConfig(this.name, this.root, []);
        this.container = await Container.start(this.space, this.name, `${this.name}/node`, config);
        // At first systemctl says "offline", since systemd has not begun; while it boots, it empties /tmp.
        const state = async (): Promise<string> => (await this.attempt(["systemctl", "is-system-running", "--wait"])).stdout.trim();
        await this.until("systemd has booted", async () => ["running", "degraded"].includes(await state()), 120);
    }

    /** Shuts it down as its administrator would. */
    async shutdown(): Promise<void> {
        if (!(await this.container?.shutdown(30))) await this.kill();
        await this.container?.kill(); // What is left of its cgroups.
    }

    /** Takes its power away. */
    async kill(): Promise<void> {
        await this.container?.kill();
    }

    /** Command line that runs `argv` as root inside. */
    command(argv: string[]): string[] {
        if (!this.container?.running) throw new MachineError(`domain controller ${this.name} is down`);
        return this.container.command(argv, false);
    }

    attempt(argv: string[], options?: RunOptions): ReturnType<typeof attempt> {
        return attempt(this.command(argv), options);
    }

    async run(argv: string[], options?: RunOptions): Promise<string> {
        return outputOf(argv, await this.attempt(argv, options));
    }

    /** Runs a shell script inside that must succeed, secrets in it and not in argv. */
    script(text: string): Promise<string> {
        return this.run(["/bin/sh", "-e", "-s"], { input: text });
    }

    /** `done` may say why not yet. */
    async until(what: string, done: () => Promise<boolean | string>, seconds = 60): Promise<void> {
        for (const until = Date.now() + seconds * 1000; ; await sleep(50)) {
            const answer = await done();
            if (answer === true) return;
            if (Date.now() <= until) continue;
            throw new MachineError(
                `domain controller ${this.name}: not true after ${seconds} s: ${what}`,
                answer ? answer.split("\n") : [],
            );
        }
    }

    /** The uppermost layer's files, as this process sees them. */
    get files(): string {
        return this.space.outside(this.root);
    }

    /** The same, as programs run by `space` see them. */
    get root(): string {
        return join(this.space.layout.dir, "root");
    }

    private furnish(): void {
        const { address } = sites[this.name];
        const file = (path: string, text: string): void => writeFileSync(join(this.files, path), text);
        file("etc/hostname", `${this.name}\n`);
        file("etc/hosts", `127.0.0.1 localhost\n${address} ${this.name}.${domain.dns} ${this.name}\n`);
        // First itself: the other one may be down.
        const others = Object.entries(sites).filter(([name]) => name !== this.name);
        const servers = [address, ...others.map(([, site]) => site.address)];
        file("etc/resolv.conf", `search ${domain.dns}\n${servers.map((server) => `nameserver ${server}\n`).join("")}`);
    }
}
