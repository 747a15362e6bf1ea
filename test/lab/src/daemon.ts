import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import type { LabAccess } from "./access";
import { joinLabCgroup } from "./machine/cgroups";
import { accessFile, controlSocket, daemonFile, machineSocket, nodeKey } from "./machine/layout";
import { identify } from "./machine/processes";
import { zfsReady } from "./machine/pools";
import { raise } from "./machine/raise";
import { caFile } from "./machine/tls";
import { serveMachineControl } from "./machine-control";
import { startPve } from "./pve-server";
import { serveNodeCommands } from "./rpc/server";

/** What `lab up` asks of the daemon it starts; sent back: one line per step, then `ready` or `failed`. */
export interface DaemonOptions {
    version: "8.4" | "9.1" | "9.2";
    nodes: string[];
}

export type DaemonNews = { kind: "step" | "ready" | "failed"; text: string };

function tell(kind: DaemonNews["kind"], text: string): void {
    process.stdout.write(`${kind}: ${text}\n`); // The log.
    if (process.connected) process.send?.({ kind, text });
}

async function main(options: DaemonOptions): Promise<void> {
    joinLabCgroup();
    writeFileSync(daemonFile, JSON.stringify(identify(process.pid)));
    const { machine, nodes } = await raise(options.nodes, (line) => tell("step", line));
    const password = randomBytes(12).toString("base64url");
    await Promise.all(nodes.map((node) => node.setRootPassword(password)));
    const pve = await startPve({
        machine,
        nodes: nodes.map((node) => node.layout),
        version: options.version,
        password,
        configStore: {
            write: (name, vmid, text) => nodes.find(({ layout }) => layout.name === name)?.writeConfig(vmid, text),
            read: (name) => nodes.find(({ layout }) => layout.name === name)?.readConfigs() ?? new Map<number, string>(),
        },
    });
    machine.onReboot = (node, vmid) => void pve.call(node)("POST", `/nodes/${node}/lxc/${vmid}/status/start`);
    machine.onNodeDown = (node) => pve.nodeDied(node);
    for (const node of nodes) {
        await serveNodeCommands(node.layout, {
            call: pve.call(node.layout.name),
            guestCommand: (vmid, argv, keepEnv) => machine.guestCommand(node.layout.name, vmid, argv, keepEnv),
            poolCommand: async (argv) => {
                await zfsReady(node.space);
                return node.space.command(argv);
            },
            rescan: (vmid) => pve.rescan(node.layout.name, vmid),
            nodeCommand: (argv) => node.live.command(argv, false),
        });
    }
    await serveMachineControl(machine);
    const access: LabAccess = {
        version: options.version,
        nodes: nodes.map(({ layout: { name, address } }) => ({
            name,
            address,
            endpoint: `https://${address}:8006`,
            fingerprint: pve.fingerprints[name] ?? "",
        })),
        caFile,
        username: "root@pam",
        password,
        nodeKey,
        controlSocket,
        machineSocket,
    };
    writeFileSync(accessFile, `${JSON.stringify(access, undefined, 4)}\n`, { mode: 0o600 });
    tell("ready", "the lab is up");
}

for (const trouble of ["uncaughtException", "unhandledRejection"]) {
    process.on(trouble, (error) => console.error(error)); // To the log: one test's mishap must not take the lab from the others.
}
process.on("SIGHUP", () => undefined); // Outlives the terminal that started it.
main(JSON.parse(process.argv[2] ?? "") as DaemonOptions).catch((error: unknown) => {
    const log = (error as { log?: string[] }).log ?? [];
    tell("failed", [error instanceof Error ? error.message : String(error), ...log].join("\n"));
    process.exit(1);
});
