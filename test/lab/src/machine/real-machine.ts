import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { GuestIface, GuestMount, GuestSpec, GuestStats, Machine, StoragePlace, StoredFile, Usage, VolumeRef } from "../machine";
import { MachineError } from "../machine";
import type { Appliance, Appliances } from "./appliances";
import { cgroupFile, cgroupVersion, pressureOf } from "./cgroups";
import { activateDirectory, filePath, listFiles } from "./files";
import type { FileKind } from "./files";
import { Guest } from "./guest";
import { guestInterfaces, plugInterfaces } from "./guest-network";
import { switchNamespace } from "./layout";
import { cgroupLimits, vethName } from "./lxc-config";
import { inNamespace } from "./network";
import type { LabNode } from "./node";
import type { NodeSpace } from "./node-space";
import { run } from "./run";
import { sshFault } from "./ssh-faults";
import type { SshFault } from "./ssh-faults";
import { volumeKind } from "./volumes";
import type { Volume, VolumeKind } from "./volumes/kind";

/** The machinery behind the lab's API: real containers on the lab's nodes. */
export class RealMachine implements Machine {
    private readonly guests = new Map<string, Guest>();
    /** Starts a guest again that went down to reboot; set by the API's side, whose pending changes then apply. */
    onReboot: (node: string, vmid: number) => void = () => undefined;
    /** Told when a node lost its power: its tasks end with it. */
    onNodeDown: (node: string) => void = () => undefined;

    constructor(
        private readonly labNodes: LabNode[],
        private readonly offered: Appliances,
    ) {}

    nodes(): { name: string; address: string; online: boolean }[] {
        return this.labNodes.map((node) => ({ name: node.layout.name, address: node.layout.address, online: node.online }));
    }

    async createVolume(volume: VolumeRef, size: number, unprivileged: boolean): Promise<void> {
        await volumeKind(volume.storage.type).create(this.volume(volume), size, unprivileged);
    }

    async resizeVolume(volume: VolumeRef, size: number, alone = false): Promise<void> {
        await volumeKind(volume.storage.type).resize(this.volume(volume), size, alone);
    }

    async removeVolume(volume: VolumeRef): Promise<void> {
        await volumeKind(volume.storage.type).remove(this.volume(volume));
    }

    async renameVolume(volume: VolumeRef, name: string): Promise<void> {
        await volumeKind(volume.storage.type).rename(this.volume(volume), name);
    }

    async copyVolume(from: VolumeRef, to: VolumeRef): Promise<void> {
        if (from.storage.type !== to.storage.type) throw new MachineError(`can't copy from ${from.storage.type} to ${to.storage.type}`);
        await volumeKind(from.storage.type).copy(this.volume(from), this.volume(to));
    }

    async snapshot(node: string, vmid: number, volumes: VolumeRef[], name: string): Promise<void> {
        await this.guest(node, vmid).still(async () => {
            for (const volume of volumes) await this.snapshots(volume).create(this.volume(volume), name);
        });
    }

    async rollbackVolume(volume: VolumeRef, name: string): Promise<void> {
        await this.snapshots(volume).rollback(this.volume(volume), name);
    }

    async removeSnapshot(volume: VolumeRef, name: string): Promise<void> {
        await this.snapshots(volume).remove(this.volume(volume), name);
    }

    volumeSize(volume: VolumeRef): Promise<number | undefined> {
        return volumeKind(volume.storage.type).size(this.volume(volume));
    }

    async list(node: string, storage: StoragePlace, kind: FileKind | "images"): Promise<StoredFile[]> {
        const space = this.space(node);
        return kind === "images" ? volumeKind(storage.type).list(space, storage) : listFiles(space, storage, kind);
    }

    async activate(node: string, storage: StoragePlace, contents: string[], make: { base: boolean; contents: boolean }): Promise<void> {
        activateDirectory(this.space(node), storage, contents, make);
    }

    async usage(node: string, storage: StoragePlace): Promise<Usage> {
        const space = this.space(node);
        return usageOf(space.outside(volumeKind(storage.type).root(space, storage)));
    }

    appliances(): Promise<Appliance[]> {
        return this.offered.list();
    }

    async downloadAppliance(template: string, node: string, storage: StoragePlace, progress: (line: string) => void): Promise<void> {
        const space = this.space(node);
        await this.offered.fetch(template, space.outside(filePath(space, storage, "vztmpl", template)), progress);
    }

    async removeFile(node: string, storage: StoragePlace, kind: FileKind, name: string): Promise<void> {
        const space = this.space(node);
        rmSync(space.outside(filePath(space, storage, kind, name)));
    }

    async populate(
        spec: GuestSpec,
        template: { node: string; storage: StoragePlace; name: string },
        secrets: { password?: string; sshKeys?: string },
    ): Promise<{ ostype: string; log: string[]; systemd?: number }> {
        const path = filePath(this.space(template.node), template.storage, "vztmpl", template.name);
        return { ostype: "debian", ...(await this.guest(spec.node, spec.vmid).populate(spec, path, secrets)) };
    }

    async adopt(spec: GuestSpec): Promise<{ systemd?: number }> {
        return { systemd: await this.guest(spec.node, spec.vmid).adopt(spec) };
    }

    async start(spec: GuestSpec): Promise<{ systemd?: number }> {
        return { systemd: await this.guest(spec.node, spec.vmid).start(spec) };
    }

    async stop(node: string, vmid: number): Promise<void> {
        await this.guest(node, vmid).stop();
    }

    async shutdown(node: string, vmid: number, timeout: number): Promise<void> {
        await this.guest(node, vmid).shutdown(timeout);
    }

    async isRunning(node: string, vmid: number): Promise<boolean> {
        return this.guest(node, vmid).running;
    }

    async stats(node: string, vmid: number): Promise<GuestStats> {
        const guest = this.guest(node, vmid);
        try {
            return await this.readStats(node, vmid, guest.live.pid);
        } catch (error) {
            if (guest.running && (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
            // It is ending. Who hears that it does not run must find it so with all that he asks next.
            for (const until = Date.now() + 5000; guest.running && Date.now() < until;) await sleep(10);
            throw new MachineError(`container '${vmid}' not running!`);
        }
    }

    private async readStats(node: string, vmid: number, pid: number): Promise<GuestStats> {
        const [used, limit] = cgroupVersion() === 2 ? ["memory.current", "memory.max"] : ["memory.usage_in_bytes", "memory.limit_in_bytes"];
        const read = (key: string): number => Number(readFileSync(cgroupFile(payload(node, vmid), key), "utf8"));
        const disk = await usageOf(`/proc/${pid}/root`);
        const uptime = Math.floor((Date.now() - statSync(`/proc/${pid}`).ctimeMs) / 1000);
        return {
            uptime,
            memory: read(used ?? ""),
            maxMemory: read(limit ?? ""),
            disk: disk.used,
            maxDisk: disk.total,
            pid,
            pressure: pressureOf(payload(node, vmid)),
        };
    }

    interfaces(node: string, vmid: number): Promise<GuestIface[]> {
        return guestInterfaces(this.space(node), this.guest(node, vmid).live);
    }

    async hotplugMount(spec: GuestSpec, mount: GuestMount): Promise<void> {
        await this.guest(spec.node, spec.vmid).hotplug(mount);
    }

    async applyNetwork(spec: GuestSpec): Promise<void> {
        const guest = this.guest(spec.node, spec.vmid);
        await plugInterfaces(this.space(spec.node), guest.live, spec);
        await guest.rewriteFiles(spec);
    }

    async applyLimits(spec: GuestSpec): Promise<void> {
        for (const [key, value] of cgroupLimits(spec, { cgroup: cgroupVersion(), cpus: cpus().length })) {
            writeFileSync(cgroupFile(payload(spec.node, spec.vmid), key), value);
        }
    }

    async forget(node: string, vmid: number): Promise<void> {
        const space = this.space(node);
        this.guests.delete(`${node}/${vmid}`);
        rmSync(join(space.layout.dir, "guests", String(vmid)), { recursive: true, force: true });
        rmSync(join(space.layout.lxcPath, String(vmid)), { recursive: true, force: true });
    }

    async bridgeExists(node: string, bridge: string): Promise<boolean> {
        return existsSync(this.space(node).outside(`/sys/class/net/${bridge}/bridge`));
    }

    async directoryExists(node: string, path: string): Promise<boolean> {
        const space = this.space(node);
        return statSync(space.outside(space.path(path)), { throwIfNoEntry: false })?.isDirectory() ?? false;
    }

    async setRootPassword(node: string, password: string): Promise<void> {
        await this.node(node).setRootPassword(password);
    }

    async crash(node: string, vmid: number): Promise<void> {
        this.guest(node, vmid).crash();
    }

    /** Command line that runs `argv` as root in a running guest; undefined when it doesn't run. */
    guestCommand(node: string, vmid: number, argv: string[], keepEnv: boolean): string[] | undefined {
        const guest = this.guests.get(`${node}/${vmid}`);
        return guest?.running ? guest.live.command(argv, keepEnv) : undefined;
    }

    /** Takes a node's power away, its guests' included. */
    async powerOff(name: string): Promise<void> {
        const mine = [...this.guests].filter(([key, guest]) => key.startsWith(`${name}/`) && guest.running);
        await Promise.all(mine.map(([, guest]) => guest.stop()));
        await this.node(name).kill();
        this.onNodeDown(name);
    }

    async powerOn(name: string): Promise<void> {
        await this.node(name).boot(() => void this.powerOff(name).then(() => this.powerOn(name)));
    }

    /** Does something to SSH of a node, or of a guest that runs on it. */
    async sshFault(node: string, vmid: number | undefined, fault: SshFault): Promise<void> {
        await sshFault(vmid === undefined ? this.node(node).live : this.guest(node, vmid).live, fault);
    }

    /** Pulls the network cable of a node or of a guest (its first interface), or plugs it in again. */
    async setLink(node: string, vmid: number | undefined, up: boolean): Promise<void> {
        const state = up ? "up" : "down";
        if (vmid !== undefined) await this.space(node).run(["ip", "link", "set", vethName(vmid, 0), state]);
        else await run(inNamespace(switchNamespace, ["ip", "link", "set", node, state]));
    }

    private guest(node: string, vmid: number): Guest {
        const key = `${node}/${vmid}`;
        const guest =
            this.guests.get(key) ??
            new Guest(
                this.space(node),
                vmid,
                (name) => this.space(name),
                () => this.onReboot(node, vmid),
            );
        this.guests.set(key, guest);
        return guest;
    }

    private snapshots({ storage }: VolumeRef): NonNullable<VolumeKind["snapshots"]> {
        const { snapshots } = volumeKind(storage.type);
        if (!snapshots) throw new MachineError(`no snapshots on a storage of type ${storage.type}`);
        return snapshots;
    }

    private volume({ node, storage, name }: VolumeRef): Volume {
        return { space: this.space(node), place: storage, name };
    }

    private node(name: string): LabNode {
        const node = this.labNodes.find(({ layout }) => layout.name === name);
        if (!node) throw new MachineError(`no such node '${name}'`);
        return node;
    }

    private space(name: string): NodeSpace {
        return this.node(name).space;
    }
}

const payload = (node: string, vmid: number): string => `${node}/guest-${vmid}/payload`;

async function usageOf(path: string): Promise<Usage> {
    const { bsize, blocks, bfree, bavail } = await statfs(path);
    return { total: blocks * bsize, used: (blocks - bfree) * bsize, available: bavail * bsize };
}
