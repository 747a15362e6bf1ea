/** Starting and stopping a container as tasks (pve-container src/PVE/API2/LXC/Status.pm, LXC.pm: vm_start). */
import { died } from "../../pve/errors";
import { checkLock, type Guest } from "../cluster";
import type { Values } from "../../pve/guest-config";
import type { Lab } from "../lab";
import { guestLockFile } from "../locks";
import type { Task } from "../tasks";
import { mountKeys } from "./keys";
import { checkBridges, PendingChanges } from "./pending";
import { guestSpec } from "./spec";

/** Mounting quotas needs the host's root, which an unprivileged container's is not. */
function checkQuota(lab: Lab, guest: Guest): void {
    const values = guest.config.values;
    if (values["unprivileged"] !== "1") return;
    for (const key of mountKeys(values))
        if (lab.lxc.mount(key, values[key] ?? "").parts["quota"] === "1")
            throw died("Quotas are not supported by unprivileged containers.");
}

/** Newer ones want to make name spaces of their own (PVE::LXC::Setup::Base::check_systemd_nesting); said at create, clone and each start. */
export function warnOfNesting(lab: Lab, task: Task, values: Values, systemd: number | undefined): void {
    const nesting = values["features"] !== undefined && lab.lxc.parse("features", values["features"])["nesting"] === "1";
    if (!nesting && systemd !== undefined && systemd > 241) task.warn(`Systemd ${systemd} detected. You may need to enable nesting.`);
}

/**
 * Another start came first: it was not yet running when this one was asked for. systemd has nothing to do for a unit that is active, and
 * PVE waits for news of a start that do not come (LXC.pm: vm_start, monitor_start). The pending changes count as applied all the same.
 */
async function waitInVain(lab: Lab, task: Task): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, lab.timing.monitor));
    task.log("problem with monitor socket, but continuing anyway: got timeout");
}

async function start(lab: Lab, task: Task, node: string, vmid: number, skipLock: boolean): Promise<void> {
    const guest = lab.cluster.guest("lxc", node, vmid);
    await lab.locks.run(guestLockFile("lxc", vmid), async () => {
        if (guest.config.values["template"] === "1") throw died("you can't start a CT if it's a template");
        if (!skipLock) checkLock(guest);
        checkQuota(lab, guest);
        await task.step("start");
        const changes = new PendingChanges(lab, guest);
        await changes.applyAll();
        for (const text of Object.values(changes.errors)) task.warn(text.trimEnd());
        await checkBridges(lab, guest);
        if (await lab.machine.isRunning(node, vmid)) await waitInVain(lab, task);
        else warnOfNesting(lab, task, guest.config.values, (await lab.machine.start(guestSpec(lab, guest))).systemd);
        await task.step("started");
    });
}

export function startTask(lab: Lab, node: string, vmid: number, identity: string, skipLock = false): string {
    return lab.tasks.start(node, "vzstart", String(vmid), identity, (task) => start(lab, task, node, vmid, skipLock));
}

export function stopTask(lab: Lab, node: string, vmid: number, identity: string, skipLock = false): string {
    return lab.tasks.start(node, "vzstop", String(vmid), identity, async (task) => {
        const guest = lab.cluster.guest("lxc", node, vmid);
        await lab.locks.run(guestLockFile("lxc", vmid), async () => {
            if (!skipLock) checkLock(guest);
            await task.step("stop");
            await lab.machine.stop(node, vmid);
        });
    });
}

export function shutdownTask(lab: Lab, node: string, vmid: number, identity: string, seconds: number, force: boolean): string {
    return lab.tasks.start(node, "vzshutdown", String(vmid), identity, async (task) => {
        const guest = lab.cluster.guest("lxc", node, vmid);
        await lab.locks.run(guestLockFile("lxc", vmid), async () => {
            checkLock(guest);
            await task.step("shutdown");
            try {
                await lab.machine.shutdown(node, vmid, seconds);
            } catch (error) {
                if (!force) throw error;
                await lab.machine.stop(node, vmid);
            }
        });
    });
}

/** `vzreboot`: a shutdown and a start, so pending changes apply. */
export function rebootTask(lab: Lab, node: string, vmid: number, identity: string, seconds: number): string {
    return lab.tasks.start(node, "vzreboot", String(vmid), identity, async (task) => {
        await lab.locks.run(guestLockFile("lxc", vmid), async () => {
            checkLock(lab.cluster.guest("lxc", node, vmid));
            await task.step("shutdown");
            await lab.machine.shutdown(node, vmid, seconds);
        });
        await start(lab, task, node, vmid, false);
    });
}
