/** Carrying a container to another node (pve-container src/PVE/LXC/Migrate.pm). */
import { died } from "../../pve/errors";
import { checkLock, type Guest } from "../cluster";
import type { Lab } from "../lab";
import { guestLockFile } from "../locks";
import type { Task } from "../tasks";
import { mountKeys } from "./keys";
import { startTask } from "./start";

/** Copies what is not on shared storage, then hands the config over. */
async function carry(lab: Lab, task: Task, guest: Guest, target: string): Promise<void> {
    const left: string[] = [];
    const values = { ...guest.config.values };
    for (const key of mountKeys(values)) {
        const mount = lab.lxc.mount(key, values[key] ?? "");
        if (mount.kind !== "volume" && mount.parts["shared"] !== "1") throw died(`cannot migrate local ${mount.kind} mount point '${key}'`);
        if (mount.kind !== "volume") continue;
        const { config, ref } = lab.storages.volume(mount.volume, guest.node);
        lab.storages.enabled(config.storage, target);
        if (lab.storages.isShared(config)) continue;
        await task.step("copy");
        task.log(`copying local disk '${mount.volume}' (via storage)`);
        await lab.machine.copyVolume(ref, { ...ref, node: target });
        left.push(mount.volume);
    }
    await task.step("move");
    const source = guest.node;
    guest.node = target;
    for (const volid of left) await lab.storages.remove(volid, source);
    await lab.machine.forget(source, guest.vmid);
}

/** As root of the HA manager or of a user: stops it when it runs and `restart` allows, moves it, starts it again. */
export async function migrateGuest(lab: Lab, task: Task, guest: Guest, target: string, restart: boolean, seconds: number): Promise<void> {
    const source = guest.node;
    const running = await lab.machine.isRunning(source, guest.vmid);
    if (running && !restart) throw died("can't migrate running container without --online or --restart");
    await lab.locks.run(guestLockFile("lxc", guest.vmid), async () => {
        checkLock(guest);
        task.log(`starting migration of CT ${guest.vmid} to node '${target}'`);
        if (running) await lab.machine.shutdown(source, guest.vmid, seconds).catch(() => lab.machine.stop(source, guest.vmid));
        guest.config.values["lock"] = "migrate";
        try {
            await carry(lab, task, guest, target);
        } finally {
            delete guest.config.values["lock"];
        }
    });
    if (running) startTask(lab, target, guest.vmid, "root@pam");
    task.log("migration finished successfully");
}
