import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MachineError } from "../../machine";
import { network, stateDir, switchNamespace } from "../layout";
import type { NodeLayout } from "../layout";
import { attempt } from "../run";
import { inNamespace } from "../network";

/** Zones that other hosts of the lab answer for; read again on SIGHUP. */
const zonesFile = join(stateDir, "dns-zones");
const zones = new Map<string, readonly string[]>();
let dnsmasq: ChildProcess | undefined;

/** Sends questions about a domain and those below it to other nameservers, e.g. domain controllers; to none: nobody knows it. */
export function delegateZone(domain: string, ...servers: string[]): void {
    if (servers.length > 0) zones.set(domain, servers);
    else zones.delete(domain);
    writeZones();
    dnsmasq?.kill("SIGHUP");
}

function writeZones(): void {
    writeFileSync(zonesFile, [...zones].flatMap(([domain, servers]) => servers.map((server) => `server=/${domain}/${server}\n`)).join(""));
}

/**
 * DHCP and DNS of the lab (dnsmasq). Every name gets an answer at once, unknown ones NXDOMAIN: a nameserver that says nothing stalls
 * smbd for 20 seconds.
 */
export async function startDns(nodes: NodeLayout[]): Promise<void> {
    const hosts = [["deb", network.services], ["workstation", network.workstation], ...nodes.map((node) => [node.name, node.address])];
    const argv = [
        "dnsmasq",
        "--keep-in-foreground",
        "--conf-file=/dev/null",
        "--user=root",
        `--pid-file=${join(stateDir, "dnsmasq.pid")}`,
        `--dhcp-leasefile=${join(stateDir, "dhcp-leases")}`,
        "--interface=sw0",
        "--bind-interfaces",
        "--no-resolv",
        "--no-hosts",
        `--domain=${network.domain}`,
        "--expand-hosts",
        "--address=/#/",
        `--servers-file=${zonesFile}`,
        ...hosts.map(([name, address]) => `--host-record=${name}.${network.domain},${name},${address}`),
        `--dhcp-range=${network.dhcp.first},${network.dhcp.last},12h`,
        `--dhcp-option=option:router,${network.services}`,
        "--dhcp-authoritative",
        "--no-ping",
    ];
    writeZones();
    const [command = "", ...args] = inNamespace(switchNamespace, argv);
    const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
    let complaint = "";
    child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
    child.unref();
    dnsmasq = child;
    for (let tries = 0; tries < 100; tries++) {
        if (child.exitCode !== null) throw new MachineError(`dnsmasq does not start: ${complaint.trim()}`);
        const { stdout } = await attempt(inNamespace(switchNamespace, ["ss", "-Hlun", "sport = :53"]));
        if (stdout.includes(":53")) return;
        await sleep(20);
    }
    throw new MachineError(`dnsmasq does not answer: ${complaint.trim()}`);
}
