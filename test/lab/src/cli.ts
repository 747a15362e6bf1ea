import { existsSync } from "node:fs";
import { spawn } from "node:child_process";
import { startDomain } from "./ad/domain";
import { down, status, up } from "./commands";
import { atWorkstation, labEnvironment } from "./client";
import type { DaemonOptions } from "./daemon";
import { labNameFault } from "./machine/layout";
import { domainMaterials, materials } from "./machine/packages/materials";
import { parseArguments } from "./rpc/arguments";

const usage = `usage: lab up [--version 8.4|9.1|9.2] [--nodes pve1,pve2]
       lab down
       lab status
       lab shell [COMMAND...]     at the workstation, with PROXMOX_VE_* set
       lab prepare [--domain]     builds what labs are made of, and domain controllers; later it is in the cache
       lab ad [COMMAND...]        starts two domain controllers; the command, or a shell, in the first

LAB_NAME=x names a second lab beside the first; LAB_NODES and LAB_PVE_VERSION are the options' defaults.
LAB_SAMBA=backports puts the newest Samba of Debian 12 (4.22) into the template debian-12-samba, in place of its own (4.17).
LAB_HOSTS=trixie adds templates of Debian 13, for hosts that pvesmb did not make.
`;

/** Starts this program again as root; the environment that decides where the cache is stays. */
function again(): Promise<number> {
    const keep = "--preserve-env=PATH,HOME,XDG_CACHE_HOME,LAB_NAME,LAB_NODES,LAB_PVE_VERSION,LAB_SAMBA,LAB_HOSTS";
    return wait(spawn("sudo", ["-n", keep, process.execPath, ...process.execArgv, ...process.argv.slice(1)], { stdio: "inherit" }));
}

function wait(child: ReturnType<typeof spawn>): Promise<number> {
    return new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code) => resolve(code ?? 1));
    });
}

function shell(words: string[]): Promise<number> {
    const [file = "", ...args] = atWorkstation(words.length > 0 ? words : [process.env["SHELL"] ?? "bash"]);
    const env = { ...process.env, ...labEnvironment(), debian_chroot: "pvesmb-lab" };
    return wait(spawn(file, args, { stdio: "inherit", env }));
}

async function prepare(withDomain: boolean, say: (line: string) => void): Promise<void> {
    await materials(say);
    if (withDomain) await domainMaterials(say);
}

async function inDomain(words: string[]): Promise<number> {
    const { dc1 } = await startDomain();
    const [file = "", ...args] = dc1.command(words.length > 0 ? words : ["bash"]);
    return wait(spawn(file, args, { stdio: "inherit" }));
}

async function main(argv: string[]): Promise<number> {
    const [command = "", ...rest] = argv;
    if (!["up", "down", "status", "shell", "prepare", "ad"].includes(command)) {
        process.stderr.write(usage);
        return 2;
    }
    const nameFault = labNameFault(process.env["LAB_NAME"] ?? "");
    if (nameFault !== undefined) throw new Error(nameFault);
    if (process.platform !== "linux") throw new Error(`the lab needs Linux (network namespaces, LXC); this is ${process.platform}`);
    if (process.getuid?.() !== 0) {
        const sudo = existsSync("/usr/bin/sudo") && (await wait(spawn("sudo", ["-n", "true"], { stdio: "ignore" }))) === 0;
        if (!sudo) throw new Error("the lab needs root (or sudo without a password): it makes network namespaces, mounts and containers");
        return again();
    }
    if (command === "shell") return shell(rest);
    if (command === "ad") return inDomain(rest);
    const { options } = parseArguments(rest);
    const wanted: DaemonOptions = {
        version: (options["version"] ?? process.env["LAB_PVE_VERSION"] ?? "9.2") as DaemonOptions["version"],
        nodes: (options["nodes"] ?? process.env["LAB_NODES"] ?? "pve1").split(","),
    };
    const say = (line: string): void => void process.stdout.write(`${line}\n`);
    if (command === "up") await up(wanted, say);
    else if (command === "prepare") await prepare(rest.includes("--domain"), say);
    else if (command === "down") await down(say);
    else return status(say);
    return 0;
}

main(process.argv.slice(2)).then(
    (code) => (process.exitCode = code),
    (error: unknown) => {
        process.stderr.write(`lab: ${error instanceof Error ? error.message : String(error)}\n`);
        process.exitCode = 1;
    },
);
