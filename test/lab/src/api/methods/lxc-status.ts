/** The container list, its status and power (pve-container src/PVE/API2/LXC.pm, LXC/Status.pm; LXC.pm: vmstatus). */
import { MachineError, type GuestStats } from "../../machine";
import { badParameters, died } from "../../pve/errors";
import { parseSize } from "../../pve/size";
import { flag, need, number, type Call, type Methods } from "../call";
import { checkLock, type Guest } from "../cluster";
import type { Lab } from "../lab";
import { makeTemplate } from "../lxc/template";
import { rebootTask, shutdownTask, startTask, stopTask } from "../lxc/start";
import { hostFacts } from "../node-facts";

const mebibyte = 1024 ** 2;

export function container(call: Call): Guest {
    return call.lab.cluster.guest("lxc", need(call, "node"), Number(need(call, "vmid")));
}

function rootSize(lab: Lab, guest: Guest): number {
    const rootfs = guest.config.values["rootfs"];
    return rootfs === undefined ? 0 : (parseSize(lab.lxc.mount("rootfs", rootfs).parts["size"] ?? "0") ?? 0);
}

/** Undefined when it does not run; it may end while it is looked at. */
async function statsOf(lab: Lab, guest: Guest): Promise<GuestStats | undefined> {
    if (!(await lab.machine.isRunning(guest.node, guest.vmid))) return undefined;
    try {
        return await lab.machine.stats(guest.node, guest.vmid);
    } catch (error) {
        if (error instanceof MachineError) return undefined;
        throw error;
    }
}

/** Texts, as they are read from the kernel; what it does not tell is null. */
const pressures = (known: Record<string, string>): Record<string, string | null> =>
    Object.fromEntries(
        ["cpusome", "cpufull", "iosome", "iofull", "memorysome", "memoryfull"].map((name) => [`pressure${name}`, known[name] ?? null]),
    );

/** One row as vmstatus gives it. */
export async function lxcStatus(lab: Lab, guest: Guest): Promise<Record<string, unknown>> {
    const { values } = guest.config;
    const stats = await statsOf(lab, guest);
    const cores = Number(values["cores"] ?? hostFacts().cpus);
    return {
        type: "lxc",
        vmid: guest.vmid,
        status: stats ? "running" : "stopped",
        name: values["hostname"] ?? `CT${guest.vmid}`,
        cpus: cores,
        cpu: 0,
        maxmem: Number(values["memory"] ?? 512) * mebibyte,
        mem: stats?.memory ?? 0,
        maxswap: Number(values["swap"] ?? 512) * mebibyte,
        swap: 0,
        maxdisk: stats?.maxDisk || rootSize(lab, guest),
        disk: stats?.disk ?? 0,
        uptime: stats?.uptime ?? 0,
        netin: 0,
        netout: 0,
        diskread: 0,
        diskwrite: 0,
        ...(stats ? { pid: stats.pid, ...(lab.modern ? pressures(stats.pressure) : {}) } : {}),
        ...(values["template"] === "1" ? { template: 1 } : {}),
        ...(values["lock"] === undefined ? {} : { lock: values["lock"] }),
        ...(values["tags"] === undefined ? {} : { tags: values["tags"] }),
    };
}

async function list(call: Call): Promise<unknown[]> {
    const { lab } = call;
    const node = need(call, "node");
    const seen = [...lab.cluster.guests.values()].filter(
        (guest) => guest.kind === "lxc" && guest.node === node && lab.access.has(call.identity, `/vms/${guest.vmid}`, "VM.Audit"),
    );
    return Promise.all(seen.map((guest) => lxcStatus(lab, guest)));
}

async function current(call: Call): Promise<unknown> {
    const guest = container(call);
    const resource = call.lab.cluster.haResources.get(`ct:${guest.vmid}`);
    const ha = resource ? { managed: 1, state: resource["state"] ?? "started" } : { managed: 0 };
    return { ...(await lxcStatus(call.lab, guest)), ha };
}

function checkSkipLock(call: Call): boolean {
    if (!flag(call, "skiplock")) return false;
    if (call.identity !== "root@pam") throw badParameters({ skiplock: "Only root may use this option." });
    return true;
}

/** Under HA, start and stop are requests to the HA manager, done by a task of their own. */
function byHa(call: Call, type: "hastart" | "hastop", state: string): string | undefined {
    const { lab } = call;
    const node = need(call, "node");
    const vmid = Number(need(call, "vmid"));
    const resource = lab.cluster.haResources.get(`ct:${vmid}`);
    if (!resource || resource["state"] === "ignored") return undefined;
    return lab.tasks.start(node, type, String(vmid), call.identity, async (task) => {
        await task.step("request");
        resource["state"] = state;
        task.log(`Requesting HA ${type === "hastart" ? "start" : "stop"} for CT ${vmid}`);
        lab.ha.wake(vmid);
    });
}

async function isRunning(call: Call): Promise<boolean> {
    return call.lab.machine.isRunning(need(call, "node"), Number(need(call, "vmid")));
}

async function start(call: Call): Promise<string> {
    const node = need(call, "node");
    const vmid = Number(need(call, "vmid"));
    const skip = checkSkipLock(call);
    if (await isRunning(call)) throw died(`CT ${vmid} already running`);
    return byHa(call, "hastart", "started") ?? startTask(call.lab, node, vmid, call.identity, skip);
}

async function stop(call: Call): Promise<string> {
    const node = need(call, "node");
    const vmid = Number(need(call, "vmid"));
    const skip = checkSkipLock(call);
    if (!(await isRunning(call))) throw died(`CT ${vmid} not running`);
    return byHa(call, "hastop", "stopped") ?? stopTask(call.lab, node, vmid, call.identity, skip);
}

async function shutdown(call: Call): Promise<string> {
    const node = need(call, "node");
    const vmid = Number(need(call, "vmid"));
    if (!(await isRunning(call))) throw died(`CT ${vmid} not running`);
    return (
        byHa(call, "hastop", "stopped") ??
        shutdownTask(call.lab, node, vmid, call.identity, number(call, "timeout") ?? 60, flag(call, "forceStop"))
    );
}

async function reboot(call: Call): Promise<string> {
    const node = need(call, "node");
    const vmid = Number(need(call, "vmid"));
    if (!(await isRunning(call))) throw died(`VM ${vmid} not running`);
    return rebootTask(call.lab, node, vmid, call.identity, number(call, "timeout") ?? 60);
}

/** `null`, not an empty list, while it does not run. */
async function interfaces(call: Call): Promise<unknown> {
    const guest = container(call);
    if (!(await call.lab.machine.isRunning(guest.node, guest.vmid))) return null;
    const found = await call.lab.machine.interfaces(guest.node, guest.vmid);
    return found.map((face) => {
        const addresses = [...face.inet.map((cidr) => ({ cidr, type: "inet" })), ...face.inet6.map((cidr) => ({ cidr, type: "inet6" }))];
        return {
            name: face.name,
            hwaddr: face.hwaddr,
            "hardware-address": face.hwaddr,
            ...(face.inet[0] === undefined ? {} : { inet: face.inet[0] }),
            ...(face.inet6[0] === undefined ? {} : { inet6: face.inet6[0] }),
            "ip-addresses": addresses.map(({ cidr, type }) => ({
                "ip-address": cidr.split("/")[0],
                prefix: cidr.split("/")[1],
                "ip-address-type": type,
            })),
        };
    });
}

function template(call: Call): null {
    const guest = container(call);
    const { lab } = call;
    checkLock(guest);
    if (guest.config.values["template"] === "1") throw died("you can't convert a CT to template if it's already a template");
    // PVE forks a task here and yet answers null (pve-container src/PVE/API2/LXC.pm: template).
    lab.tasks.start(guest.node, "vztemplate", String(guest.vmid), call.identity, async (task) => {
        if (await lab.machine.isRunning(guest.node, guest.vmid)) throw died("you can't convert a running CT to a template");
        await task.step("template");
        await makeTemplate(lab, guest);
    });
    return null;
}

export const lxcStatusMethods: Methods = {
    "GET /nodes/{node}/lxc": list,
    "GET /nodes/{node}/lxc/{vmid}": (call) => {
        container(call);
        return [
            "config",
            "pending",
            "status",
            "vncproxy",
            "termproxy",
            "vncwebsocket",
            "spiceproxy",
            "migrate",
            "clone",
            "snapshot",
            "rrd",
            "rrddata",
            "firewall",
            "resize",
            "interfaces",
        ].map((subdir) => ({ subdir }));
    },
    "GET /nodes/{node}/lxc/{vmid}/status": () => ["current", "start", "stop", "shutdown", "reboot"].map((subdir) => ({ subdir })),
    "GET /nodes/{node}/lxc/{vmid}/status/current": current,
    "GET /nodes/{node}/lxc/{vmid}/interfaces": interfaces,
    "POST /nodes/{node}/lxc/{vmid}/status/start": start,
    "POST /nodes/{node}/lxc/{vmid}/status/stop": stop,
    "POST /nodes/{node}/lxc/{vmid}/status/shutdown": shutdown,
    "POST /nodes/{node}/lxc/{vmid}/status/reboot": reboot,
    "POST /nodes/{node}/lxc/{vmid}/template": template,
};
