import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { atWorkstation, labAccess, labEnvironment } from "../../lab/src/client";
import { daemonFile, network } from "../../lab/src/machine/layout";
import { labOwner, noteOwner } from "./lab-owner";
import { repository } from "./package";
import { start } from "./process";
import { spending } from "./spent";
import type { Within } from "./stack";
import { labNameOf } from "./worker";

/** What a stack in the lab needs. test/lab/src/client.ts has more of the lab: faults, power, shells on nodes. */
export interface Lab {
    /** Runs a command on the workstation. */
    within: Within;
    /** How pvesmb reaches the lab's API, nodes and guests, as environment variables. */
    environment: Record<string, string>;
    /** Default gateway of the lab's network. */
    gateway: string;
}

/** Whether a lab is up, or a crashed one has left something behind. */
export const labExists = (): boolean => existsSync(daemonFile);

export interface LabKind {
    /** 8.4, 9.1 or 9.2. */
    version: string;
    nodes: string[];
}

/** The kind of the lab that is up now. */
export function labKind(): LabKind {
    const { version, nodes } = labAccess();
    return { version, nodes: nodes.map(({ name }) => name) };
}

/** Starts a lab with this version and these nodes; a different lab that is up is taken down first. */
export async function labOf({ version, nodes }: LabKind): Promise<Lab> {
    if (labExists()) {
        const now = labKind();
        if (now.version !== version || nodes.some((node) => !now.nodes.includes(node))) await labDown();
    }
    return labUp(undefined, ["--version", version, "--nodes", nodes.join(",")]);
}

/** Takes down a lab that a crashed test run left; refuses to share the lab of a test run that is still running. */
export async function endLeftover(): Promise<void> {
    const owner = labExists() ? labOwner() : { kind: "nobody" };
    if (owner.kind === "other run")
        throw new Error("another test run uses this lab: wait until it has ended, or set LAB_NAME for a lab of your own");
    if (owner.kind !== "dead run") return;
    process.stderr.write("tests: taking down the lab that a crashed test run left\n");
    await labDown();
}

/** Starts a lab unless one is up, of whatever kind, and returns how to reach it. */
export async function labUp(onOutput?: (text: string) => void, options: string[] = []): Promise<Lab> {
    await endLeftover();
    const before = labExists();
    await labCommand("up", onOutput, options);
    if (!before) noteOwner();
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

/** Builds what labs are made of, before a test's time counts: on a machine that has nothing yet it takes minutes. */
export async function labPrepared(options: { domain: boolean }): Promise<void> {
    await labCommand("prepare", (text) => process.stderr.write(text), options.domain ? ["--domain"] : []);
}

/** Takes down the lab of another jest worker. */
export async function labOfWorkerDown(worker: number): Promise<void> {
    await labCommand("down", undefined, [], { LAB_NAME: labNameOf(worker) });
}

async function labCommand(
    command: "up" | "down" | "prepare",
    onOutput?: (text: string) => void,
    options: string[] = [],
    environment: NodeJS.ProcessEnv = {},
): Promise<void> {
    const argv = [join(repository, "node_modules/.bin/tsx"), join(repository, "test/lab/src/cli.ts"), command, ...options];
    // A child process does not inherit jest's process.env, so LAB_NAME is passed explicitly.
    const { code, output } = await spending(
        "lab",
        () => start(argv, { timeout: 2400, onOutput, env: { ...process.env, ...environment } }).done,
    );
    const failed = command === "prepare" ? "prepared" : `brought ${command}`;
    if (code !== 0) throw new Error(`the lab could not be ${failed}${onOutput ? "" : `:\n${output}`}`);
}
