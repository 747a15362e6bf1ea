/** The part of PVE's HA manager that clients notice: requested states become true a little later, by tasks of its own. */
import type { Lab } from "./lab";
import { migrateGuest } from "./lxc/migrate";
import { startTask, stopTask } from "./lxc/start";

const heartbeatMs = 300;
/** PVE waits a minute for a silent node and then for its watchdog (pve-docs ha-manager.adoc, Fencing). */
const fencedMs = 3000;

export class HaManager {
    private readonly timers = new Set<NodeJS.Timeout>();

    constructor(private readonly lab: Lab) {}

    /** Brings a container to its requested state at the next heartbeat. */
    wake(vmid: number): void {
        this.later(() => this.converge(vmid));
    }

    private later(work: () => Promise<void> | void, ms = heartbeatMs): void {
        const timer = setTimeout(() => {
            this.timers.delete(timer);
            void Promise.resolve(work()).catch(() => undefined);
        }, ms);
        this.timers.add(timer);
    }

    /** Migrates a resource to another node at the next heartbeat. */
    move(vmid: number, target: string): void {
        this.later(() => {
            const guest = this.lab.cluster.guests.get(vmid);
            if (!guest || guest.kind !== "lxc") return;
            this.lab.tasks.start(guest.node, "vzmigrate", String(vmid), "root@pam", (task) =>
                migrateGuest(this.lab, task, guest, target, true, 60),
            );
        });
    }

    /** A node has died: what is managed on it is recovered on another, where it starts if its volumes are there too. */
    fence(dead: string): void {
        this.later(async () => {
            const target = this.lab.machine.nodes().find(({ name, online }) => online && name !== dead);
            for (const guest of this.lab.cluster.guests.values()) {
                if (guest.node !== dead || target === undefined || !this.lab.cluster.haResources.has(`ct:${guest.vmid}`)) continue;
                await this.lab.machine.forget(dead, guest.vmid);
                guest.node = target.name;
                await this.converge(guest.vmid);
            }
        }, fencedMs);
    }

    close(): void {
        for (const timer of this.timers) clearTimeout(timer);
        this.timers.clear();
    }

    private async converge(vmid: number): Promise<void> {
        const guest = this.lab.cluster.guests.get(vmid);
        const wanted = this.lab.cluster.haResources.get(`ct:${vmid}`)?.["state"];
        if (!guest || guest.kind !== "lxc" || wanted === undefined) return;
        const running = await this.lab.machine.isRunning(guest.node, vmid);
        const wantsRunning = wanted === "started" || wanted === "enabled";
        if (wantsRunning && !running) startTask(this.lab, guest.node, vmid, "root@pam");
        if (wanted === "stopped" && running) stopTask(this.lab, guest.node, vmid, "root@pam");
    }
}
