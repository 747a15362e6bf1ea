/** Moving a container to another node (pve-container src/PVE/API2/LXC.pm: migrate_vm). */
import { badParameters, died } from "../../pve/errors";
import { flag, need, number, text, type Call, type Methods } from "../call";
import { migrateGuest } from "../lxc/migrate";
import { container } from "./lxc-status";

async function migrate(call: Call): Promise<string> {
    const { lab } = call;
    const target = need(call, "target");
    const node = need(call, "node");
    const known = lab.machine.nodes().find((entry) => entry.name === target);
    if (target === node) throw badParameters({ target: "target is local node." });
    if (!known) throw died(`no such cluster node '${target}'`);
    if (!known.online) throw died(`node '${target}' is not online`);
    const guest = container(call);
    const restart = flag(call, "restart") || flag(call, "online");
    if (!restart && (await lab.machine.isRunning(node, guest.vmid)))
        throw died("can't migrate running container without --online or --restart");
    if (lab.cluster.haResources.has(`ct:${guest.vmid}`)) {
        return lab.tasks.start(node, "hamigrate", String(guest.vmid), call.identity, (task) => {
            task.log(`Requesting HA migration for CT ${guest.vmid} to node ${target}`);
            lab.ha.move(guest.vmid, target);
        });
    }
    return lab.tasks.start(node, "vzmigrate", String(guest.vmid), call.identity, (task) =>
        migrateGuest(lab, task, guest, target, restart, number(call, "timeout") ?? 180),
    );
}

async function preconditions(call: Call): Promise<unknown> {
    const guest = container(call);
    const { lab } = call;
    const others = lab.machine.nodes().filter((node) => node.name !== guest.node && (text(call, "target") ?? node.name) === node.name);
    return {
        running: (await lab.machine.isRunning(guest.node, guest.vmid)) ? 1 : 0,
        "allowed-nodes": others.filter((node) => node.online).map((node) => node.name),
        "not-allowed-nodes": {},
    };
}

export const lxcMigrateMethods: Methods = {
    "GET /nodes/{node}/lxc/{vmid}/migrate": preconditions,
    "POST /nodes/{node}/lxc/{vmid}/migrate": migrate,
};
