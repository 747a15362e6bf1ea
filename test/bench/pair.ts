import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../e2e/support/lab";
import { runDirectory } from "../e2e/support/run-directory";
import { type Login, putFile } from "../e2e/support/smb-client";
import { Stack } from "../e2e/support/stack";
import { SAME_SHAPE_MODULE, sharesProgram, trivialProgram } from "./programs";

export const TEMPLATE = "debian-12-samba";
export const login: Login = { user: "alice", password: "a password of the bench" };

/** A pvesmb stack, configured but not deployed. */
export async function sharesStack(lab: Lab, template: string, address: string, shares: number): Promise<Stack> {
    const stack = await Stack.create({
        runDirectory: runDirectory(),
        within: lab.within,
        environment: lab.environment,
        program: { text: sharesProgram(shares) },
        project: "bench",
    });
    for (const [key, value] of Object.entries({ template, address: `${address}/24`, gateway: lab.gateway })) await stack.config(key, value);
    await stack.config("alice", login.password, { secret: true });
    return stack;
}

/** A stack of resources that do nothing, in the same lab. */
export function trivialStack(lab: Lab): Promise<Stack> {
    return Stack.create({
        runDirectory: runDirectory(),
        within: lab.within,
        program: { text: trivialProgram(0, 0) },
        project: "bench",
    });
}

export const TWINS = "twins (trivial, with the properties of shares)";

/** The same with resources that have the properties of shares. */
export async function twinsStack(lab: Lab): Promise<Stack> {
    const stack = await trivialStack(lab);
    const module = join(stack.project, "node_modules/bench-twin");
    mkdirSync(module);
    writeFileSync(join(module, "index.js"), SAME_SHAPE_MODULE);
    return stack;
}

/** A gateway with shares and a stack of resources that do nothing: the difference is the cost of pvesmb itself. */
export interface Pair {
    ours: Stack;
    trivial: Stack;
    /** Writes a file to the last of `shares` shares; throws if that fails. */
    prove: (shares: number) => Promise<void>;
}

/** Passes both stacks to `work`, each with a gateway and a user and no shares yet; destroys and removes them afterwards. */
export async function withPair<T>(lab: Lab, address: string, work: (pair: Pair) => Promise<T>): Promise<T> {
    const ours = await sharesStack(lab, TEMPLATE, address, 0);
    const trivial = await trivialStack(lab);
    const prove = (shares: number): Promise<void> =>
        putFile(lab.within, { host: address, share: `share${shares}` }, login, "proof.txt", "it works\n");
    try {
        await ours.up();
        await trivial.up();
        const result = await work({ ours, trivial, prove });
        await ours.destroy();
        return result;
    } finally {
        ours.dispose();
        trivial.dispose();
    }
}

/** Size of the whole state in bytes, as the engine's file backend stores it. */
export const stateSize = (stack: Stack): number => statSync(join(stack.directory, "backend/.pulumi/stacks/bench/dev.json")).size;
