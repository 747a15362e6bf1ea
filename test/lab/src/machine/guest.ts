import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import type { GuestMount, GuestSpec } from "../machine";
import { MachineError } from "../machine";
import { cgroupVersion } from "./cgroups";
import { Container } from "./container";
import { cloneScript, firstScript, startScript, systemdScript, systemdVersion } from "./guest-files";
import { hostKeyLog, newHostKeys } from "./host-keys";
import { network } from "./layout";
import { guestConfig } from "./lxc-config";
import { GuestMounts } from "./mounts";
import type { NodeSpace } from "./node-space";
import { run } from "./run";

/** What a guest gets when its configuration names no nameserver: the node's own settings, as on PVE. */
const nodeDns = { nameserver: [network.services], searchdomain: [network.domain] };

interface Populated {
    log: string[];
    systemd?: number;
}

/** One guest on one node: its mounts, and its container while it runs. */
export class Guest {
    private container: Container | undefined;
    /** Resolves when the mounts of the last run are gone. */
    private cleaned: Promise<void> = Promise.resolve();
    private readonly mounts: GuestMounts;

    constructor(
        private readonly space: NodeSpace,
        private readonly vmid: number,
        spaceOf: (node: string) => NodeSpace,
        /** Called when it has gone down to reboot. */
        private readonly rebooting: () => void,
    ) {
        this.mounts = new GuestMounts(space, vmid, spaceOf);
    }

    /** The running container; rejects with PVE's words when there is none. */
    get live(): Container {
        if (!this.container?.running) throw new MachineError(`container '${this.vmid}' not running!`);
        return this.container;
    }

    get running(): boolean {
        return this.container?.running ?? false;
    }

    /** Unpacks a template (path on the node's side) into the rootfs and makes it this guest's own. */
    async populate(spec: GuestSpec, template: string, secrets: { password?: string; sshKeys?: string }): Promise<Populated> {
        const keys = newHostKeys(spec.hostname);
        keys.catch(() => undefined); // Awaited below; if unpacking fails first, its error is the one to tell.
        const log = [`extracting archive '${template.split("/").pop()}'`];
        let systemd: number | undefined;
        await this.withRootfs(spec, async (rootfs) => {
            const keep = [
                "--numeric-owner",
                "--preserve-permissions",
                "--sparse",
                "--xattrs",
                "--xattrs-include=user.*",
                "--xattrs-include=security.capability",
            ];
            const tar = [
                "tar",
                "--extract",
                "--zstd",
                `--file=${template}`,
                `--directory=${rootfs}`,
                "--anchored",
                "--exclude=./dev/*",
                ...keep,
            ];
            await this.space.run(this.space.mapped(spec.unprivileged, tar));
            await this.inside(spec, rootfs, firstScript(secrets, await keys));
            log.push(...hostKeyLog(await keys));
            systemd = systemdVersion(await this.inside(spec, rootfs, startScript(spec, nodeDns) + systemdScript));
        });
        return { log, systemd };
    }

    /** Makes a copied rootfs this guest's own. */
    async adopt(spec: GuestSpec): Promise<number | undefined> {
        let systemd: number | undefined;
        await this.withRootfs(spec, async (rootfs) => {
            systemd = systemdVersion(await this.inside(spec, rootfs, cloneScript + systemdScript));
        });
        return systemd;
    }

    /** Gives the version of its systemd, if that is its init. */
    async start(spec: GuestSpec): Promise<number | undefined> {
        if (this.running) throw new MachineError(`CT ${this.vmid} already running`);
        await this.cleaned;
        try {
            const entries = await this.mounts.mountAll(spec);
            const rootfs = this.mounts.at("rootfs");
            const printed = await this.inside(spec, rootfs, startScript(spec, nodeDns) + systemdScript);
            const config = guestConfig(spec, entries, { rootfs, cgroup: cgroupVersion(), cpus: cpus().length });
            this.space.handOutIds();
            const container = await Container.start(this.space, String(this.vmid), `${spec.node}/guest-${this.vmid}`, config);
            this.container = container;
            this.cleaned = container.ended.then(() => this.mounts.unmountAll()).catch(() => undefined); // Its node may have gone first, with all mounts.
            void container.ended.then(async (how) => {
                await this.cleaned;
                if (how === "reboot") this.rebooting();
            });
            return systemdVersion(printed);
        } catch (error) {
            await this.mounts.unmountAll();
            throw error;
        }
    }

    async stop(): Promise<void> {
        await this.live.kill();
        await this.cleaned;
    }

    async shutdown(timeout: number): Promise<void> {
        if (!(await this.live.shutdown(timeout))) throw new MachineError("container did not stop");
        await this.cleaned;
    }

    /** Kills only its init, as a crash would; the rest follows by itself. */
    crash(): void {
        process.kill(this.live.pid, "SIGKILL");
    }

    /** Does something while nothing of it runs and all it wrote is in its volumes (LXC/Config.pm: __snapshot_freeze, sync_container_namespace). */
    async still(work: () => Promise<void>): Promise<void> {
        const container = this.running ? this.live : undefined;
        const stopped = new Set<number>();
        try {
            // Until no process is left that another had just started.
            for (let fresh = container?.processes() ?? []; fresh.length > 0;) {
                for (const pid of fresh) if (signal(pid, "SIGSTOP")) stopped.add(pid);
                fresh = (container?.processes() ?? []).filter((pid) => !stopped.has(pid));
            }
            if (container) await this.space.run(["sync", "-f", ...volumeMounts(container.pid)]);
            await work();
        } finally {
            for (const pid of stopped) signal(pid, "SIGCONT");
        }
    }

    /** Mounts one more volume or directory of the node while it runs. */
    async hotplug(mount: GuestMount): Promise<void> {
        const container = this.live;
        const source = await this.mounts.mount(mount);
        const helper = join(__dirname, "move-mount.pl");
        await this.space.run(["perl", helper, source, `/proc/${container.pid}/ns/mnt`, mount.target, mount.readOnly ? "ro" : "rw"]);
    }

    /** Brings hostname, addresses and nameservers in a running guest's files up to date. */
    async rewriteFiles(spec: GuestSpec): Promise<void> {
        await run(this.live.command(["/bin/sh", "-s"], false), { input: startScript(spec, nodeDns) });
    }

    private async withRootfs(spec: GuestSpec, work: (rootfs: string) => Promise<void>): Promise<void> {
        const mount = spec.mounts.find(({ key }) => key === "rootfs");
        if (!mount) throw new MachineError("no root file system");
        const rootfs = await this.mounts.mount(mount);
        try {
            await work(rootfs);
        } finally {
            await this.mounts.unmountAll();
        }
    }

    /** Runs a shell script by the guest's own programs and ids, so that no link in its file system can lead outside. */
    private async inside(spec: GuestSpec, rootfs: string, script: string): Promise<string> {
        const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
        return this.space.run(this.space.mapped(spec.unprivileged, ["chroot", rootfs, "/bin/sh", "-s"]), { input: script, env });
    }
}

/** Where a process sees file systems that have a device: volumes, the rootfs among them. */
function volumeMounts(pid: number): string[] {
    const mounts = readFileSync(`/proc/${pid}/mountinfo`, "utf8").split("\n").filter(Boolean);
    const places = mounts.filter((line) => / - \S+ \/dev\//.test(line)).map((line) => line.split(" ")[4] ?? "/");
    return places.map((place) => `/proc/${pid}/root${place}`);
}

/** False when the process is gone already. */
function signal(pid: number, name: NodeJS.Signals): boolean {
    try {
        return process.kill(pid, name);
    } catch {
        return false;
    }
}
