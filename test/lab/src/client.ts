import { spawn } from "node:child_process";
import type { ChildProcess, SpawnOptions } from "node:child_process";
import { request } from "node:http";
import type { ControllerFault } from "./ad/domain-controllers";
import type { ControllerName } from "./ad/layout";
import { resolvConf, workstationNamespace } from "./machine/layout";
import { attempt } from "./machine/run";
import type { RunOptions, RunResult } from "./machine/run";
import type { SshFault } from "./machine/ssh-faults";
import { labAccess } from "./access";

export { labAccess } from "./access";
export type { LabAccess } from "./access";
export type { RunOptions, RunResult } from "./machine/run";

/** For tests and demos, in their own process outside the lab: what stands at the lab's workstation, the only place that sees the lab's network. */

/** Command line that runs `argv` at the workstation: in its network and with the lab's DNS; files, user and working directory stay. */
export function atWorkstation(argv: string[]): string[] {
    const script = '[ ! -e /etc/resolv.conf ] || mount --bind "$0" /etc/resolv.conf; exec "$@"';
    const inside = ["unshare", "--mount", "--propagation", "slave", "sh", "-c", script, resolvConf, ...argv];
    const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n", "-E"];
    return [...sudo, "nsenter", `--net=/run/netns/${workstationNamespace}`, "--", ...inside];
}

/** Runs a command at the workstation to its end. A failing command does not reject: look at `code`. */
export function runAtWorkstation(argv: string[], options?: RunOptions): Promise<RunResult> {
    return attempt(atWorkstation(argv), options);
}

/** Starts a command at the workstation and leaves it to the caller. It keeps its process id: signals reach the command itself. */
export function spawnAtWorkstation(argv: string[], options: SpawnOptions): ChildProcess {
    const [file = "", ...args] = atWorkstation(argv);
    return spawn(file, args, options);
}

/** Environment that points the provider (and bpg's) at the lab as root@pam, node SSH included. */
export function labEnvironment(): Record<string, string> {
    const access = labAccess();
    return {
        PROXMOX_VE_ENDPOINT: access.nodes[0]?.endpoint ?? "",
        PROXMOX_VE_USERNAME: access.username,
        PROXMOX_VE_PASSWORD: access.password,
        PROXMOX_VE_SSH_USERNAME: "root",
        NODE_EXTRA_CA_CERTS: access.caFile,
    };
}

/** Runs a shell command as root on a node over SSH, from the workstation. */
export function runOnNode(node: string, command: string, options?: RunOptions): Promise<RunResult> {
    const access = labAccess();
    const address = access.nodes.find(({ name }) => name === node)?.address ?? node;
    return runAtWorkstation(sshArguments(address, access.nodeKey, command), options);
}

/** `ssh` with one key, asking nothing and keeping no known hosts. */
export function sshArguments(address: string, keyFile: string, command: string, user = "root"): string[] {
    const options = [
        "BatchMode=yes",
        "StrictHostKeyChecking=no",
        "UserKnownHostsFile=/dev/null",
        "ConnectTimeout=12",
        "LogLevel=ERROR",
        "ServerAliveInterval=10",
    ];
    return ["ssh", "-i", keyFile, ...options.flatMap((option) => ["-o", option]), `${user}@${address}`, command];
}

export interface MachineControl {
    /** Kills a guest's init, as a crash would. */
    crash: { node: string; vmid: number };
    /** Takes a node's power away, its guests' included. */
    "power-off": { node: string };
    "power-on": { node: string };
    /** SSH of a node, or of a guest on it; see machine/ssh-faults.ts. */
    ssh: { node: string; vmid?: number; fault: SshFault };
    /** Questions about a domain and those below it go to another nameserver, e.g. a domain controller's. */
    dns: { domain: string; server: string };
    /** The network cable of a node, or of a guest on it. */
    link: { node: string; vmid?: number; up: boolean };
    /** The lab's Active Directory, which nobody starts but who asks for it: use ad/domain.ts. */
    "ad-start": { controllers: ControllerName[] };
    "ad-stop": { controller: ControllerName; powerOff: boolean };
    "ad-reset": Record<string, never>;
    "ad-disturb": { controller: ControllerName; fault: ControllerFault };
}

/** Does something to the lab's machinery that no API of PVE's can do. */
export function machineControl<Action extends keyof MachineControl>(action: Action, body: MachineControl[Action]): Promise<void> {
    return new Promise((resolve, reject) => {
        const call = request({ socketPath: labAccess().machineSocket, path: `/${action}`, method: "POST", agent: false }, (response) => {
            let text = "";
            response.on("data", (chunk: Buffer) => (text += chunk.toString()));
            response.on("end", () => (response.statusCode === 200 ? resolve() : reject(new Error(text))));
        });
        call.on("error", reject);
        call.end(JSON.stringify(body));
    });
}
