import { randomBytes } from "node:crypto";
import { configureExample } from "../e2e/support/example";
import { type Lab, labDown, labExists, labUp } from "../e2e/support/lab";
import { pulumiDirectory } from "../e2e/support/package";
import { makeRunDirectory, removeRunDirectory } from "../e2e/support/run-directory";
import { Stack } from "../e2e/support/stack";
import type { Login } from "../e2e/support/smb-client";
import { heading, note, seconds, shown, table } from "./say";
import { proveService } from "./prove-service";

/**
 * `make demo`: examples/first-share through the real CLI against the lab, once with a template that has Samba and once with a plain one,
 * each time with a file written and read over SMB. DEMO_KEEP=1 leaves the lab and the last gateway running.
 */

interface Round {
    title: string;
    template: string;
    address: string;
}

const ROUNDS: Round[] = [
    { title: "Samba already in the template", template: "debian-12-samba", address: "10.86.0.51" },
    { title: "Debian's plain template, Samba installed by pvesmb", template: "debian-12-standard", address: "10.86.0.50" },
];

/** The command for this lab: LAB_NAME belongs to it. */
const make = (target: string): string => `\`${process.env["LAB_NAME"] ? `LAB_NAME=${process.env["LAB_NAME"]} ` : ""}make ${target}\``;

const password = (): string => randomBytes(12).toString("base64url");

/** The demo's stack with its two accounts, configured but not deployed. */
async function prepare(lab: Lab, runDirectory: string, round: Round): Promise<{ stack: Stack; alice: Login; bob: Login }> {
    const stack = await Stack.create({
        runDirectory,
        program: { example: "first-share" },
        within: lab.within,
        environment: lab.environment,
    });
    const [alice, bob] = ["alice", "bob"].map((user) => ({ user, password: password() })) as [Login, Login];
    await configureExample(stack, lab, { ...round, dataSize: "1GiB" }, [alice, bob]);
    return { stack, alice, bob };
}

/** Deploys, proves, and unless the last gateway is to stay, destroys. Gives the seconds from `pulumi up` to the first successful write. */
async function play(lab: Lab, runDirectory: string, round: Round, keep: boolean): Promise<number> {
    heading(`pulumi up: ${round.title}`);
    const { stack, alice, bob } = await prepare(lab, runDirectory, round);
    const began = performance.now();
    await stack.up({ preview: true, onOutput: shown });
    const written = await proveService(lab, { host: round.address, share: "docs" }, alice, bob);
    if (keep) {
        note(`Left running, as DEMO_KEEP says. ${make("lab-shell")} gives a shell on the lab's workstation; there:`);
        note(`  cd ${stack.project} && . ${stack.writeEnvironment()}`);
        note("  pulumi config get alice     # her password");
        note(`  smbclient //${round.address}/docs -U alice`);
        note(`${make("lab-down")} removes the lab; the project's folder is yours to remove.`);
    } else {
        heading("pulumi destroy");
        await stack.destroy({ preview: true, onOutput: shown });
        stack.dispose();
    }
    return (written - began) / 1000;
}

async function main(): Promise<void> {
    const keep = process.env["DEMO_KEEP"] === "1";
    const labWasUp = labExists();
    const runDirectory = makeRunDirectory();
    const cleanUp = async (): Promise<void> => {
        removeRunDirectory();
        if (!labWasUp) await labDown(shown);
    };
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
        process.once(signal, () => {
            void cleanUp().finally(() => process.exit(130));
        });
    }
    try {
        heading("Pulumi's CLI");
        note(await pulumiDirectory());
        heading("The lab: a small Proxmox VE to try things on");
        const lab = await labUp(shown);
        const figures: [string, string][] = [];
        for (const round of ROUNDS) {
            const firstWrite = await play(lab, runDirectory, round, keep && round === ROUNDS.at(-1));
            figures.push([round.title, seconds(firstWrite)]);
        }
        heading("From `pulumi up` to the first successful write");
        table(figures);
    } catch (error) {
        await cleanUp();
        throw error;
    }
    if (!keep) await cleanUp();
}

main().catch((error: unknown) => {
    console.error(`\ndemo: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
});
