/** DELETE of a container (pve-container src/PVE/API2/LXC.pm: destroy_vm). */
import { died } from "../../pve/errors";
import { emptyConfig } from "../../pve/guest-config";
import { flag, type Call, type Methods } from "../call";
import { checkLock, type Guest } from "../cluster";
import { guestLockFile } from "../locks";
import { destroyVolume, volumesOf } from "../lxc/volumes";
import { forgetVmid } from "../purge";
import { container } from "./lxc-status";

/** Gives back whether HA manages it. */
export function checkDestroy(call: Call, guest: Guest): boolean {
    const { vmid } = guest;
    const { cluster } = call.lab;
    if (guest.config.values["protection"] === "1") throw died(`can't remove CT ${vmid} - protection mode enabled`);
    checkLock(guest);
    const managed = cluster.haResources.has(`ct:${vmid}`);
    if (!flag(call, "purge")) {
        if (managed) throw died(`unable to remove CT ${vmid} - used in HA resources and purge parameter not set.`);
        if ([...cluster.replication.keys()].some((id) => id.startsWith(`${vmid}-`)))
            throw died(`There is a replication job for guest ${vmid}. Please remove that first.`);
    }
    return managed;
}

async function destroyUnreferenced(call: Call, guest: Guest): Promise<void> {
    const { lab } = call;
    for (const config of lab.cluster.storages.values()) {
        if (!lab.storages.holds(config, "rootdir") || !lab.storages.onNode(config, guest.node)) continue;
        for (const image of await lab.storages.images(config.storage, guest.node))
            if (image.parsed.vmid === guest.vmid) await lab.storages.remove(image.volid, guest.node);
    }
}

async function destroy(call: Call): Promise<string> {
    const { lab } = call;
    const early = container(call);
    const { node, vmid } = early;
    checkDestroy(call, early);
    const running = died(`unable to destroy CT ${vmid} - container is running`);
    if (!flag(call, "force") && (await lab.machine.isRunning(node, vmid))) throw running;
    return lab.tasks.start(node, "vzdestroy", String(vmid), call.identity, (task) =>
        lab.locks.run(guestLockFile("lxc", vmid), async () => {
            const guest = container(call);
            const managed = checkDestroy(call, guest);
            if (await lab.machine.isRunning(node, vmid)) {
                if (!flag(call, "force")) throw running;
                task.log(`forced to stop CT ${vmid} before destroying!`);
                await lab.machine.stop(node, vmid);
            }
            await task.step("destroy");
            for (const volid of volumesOf(lab, guest)) {
                if ((await lab.storages.size(volid, node)) === undefined) continue;
                await destroyVolume(lab, guest, volid);
                await task.step("volume");
            }
            if (flag(call, "destroy-unreferenced-disks")) await destroyUnreferenced(call, guest);
            // Only now: a destroy that failed on the way can be done again (PVE::LXC::destroy_lxc_container, $replacement_conf).
            guest.config = emptyConfig({ lock: "destroyed" });
            await lab.machine.forget(node, vmid);
            lab.access.forgetGuest(vmid);
            if (flag(call, "purge")) {
                task.log(`purging CT ${vmid} from related configurations..`);
                forgetVmid(lab.cluster, vmid);
                if (managed) {
                    lab.cluster.haResources.delete(`ct:${vmid}`);
                    task.log(`NOTE: removed CT ${vmid} from HA resource configuration.`);
                }
            }
            lab.cluster.guests.delete(vmid);
        }),
    );
}

export const lxcDeleteMethods: Methods = { "DELETE /nodes/{node}/lxc/{vmid}": destroy };
