/** The part of PVE's HA manager that clients notice: requested states become true a little later, by tasks of its own. */
import type { Lab } from "./lab";
import { migrateGuest } from "./lxc/migrate";
import { startTask, stopTask } from "./lxc/start";

const heartbeatMs = 300;

export class HaManager {
    private readonly timers = new Set<NodeJS.Timeout>();

    constructor(private readonly lab: Lab) {}

    /** Brings a container to its requested state at the next heartbeat. */
    wake(vmid: number): void {
        this.later(() => this.converge(vmid));
    }

    private later(work: () => Promise<void> | void): void {
        const timer = setTimeout(() => {
            this.timers.delete(timer);
            void Promise.resolve(work()).catch(() => undefined);
        }, heartbeatMs);
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
