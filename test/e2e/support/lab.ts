import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { atWorkstation, labAccess, labEnvironment } from "../../lab/src/client";
import { daemonFile, network } from "../../lab/src/machine/layout";
import { repository } from "./package";
import { start } from "./process";
import type { Within } from "./stack";

/** What a stack in the lab needs to know. More of the lab (faults, power, nodes' shells) is in test/lab/src/client.ts. */
export interface Lab {
    /** Runs a command on the workstation. */
    within: Within;
    /** How pvesmb reaches the lab's API, nodes and guests, as environment variables. */
    environment: Record<string, string>;
    /** Default gateway of the lab's network. */
    gateway: string;
}

/** Whether a lab is up, or something of one that crashed is left. */
export const labExists = (): boolean => existsSync(daemonFile);

/** Brings the lab up unless it is up, and tells how to reach it. */
export async function labUp(onOutput?: (text: string) => void): Promise<Lab> {
    await labCommand("up", onOutput);
    const access = labAccess();
    const keys = {
        PROXMOX_VE_CA_CERTIFICATE: readFileSync(access.caFile, "utf8"),
        PROXMOX_VE_SSH_PRIVATE_KEY: readFileSync(access.nodeKey, "utf8"),
    };
    return { within: (argv) => atWorkstation([...argv]), environment: { ...labEnvironment(), ...keys }, gateway: network.services };
}

export async function labDown(onOutput?: (text: string) => void): Promise<void> {
    await labCommand("down", onOutput);
}

async function labCommand(command: "up" | "down", onOutput?: (text: string) => void): Promise<void> {
    const argv = [join(repository, "node_modules/.bin/tsx"), join(repository, "test/lab/src/cli.ts"), command];
    const { code, output } = await start(argv, { timeout: 1200, onOutput }).done;
    if (code !== 0) throw new Error(`the lab could not be brought ${command}${onOutput ? "" : `:\n${output}`}`);
}
