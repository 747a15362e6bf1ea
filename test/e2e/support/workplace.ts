import { removeGuests } from "./guests";
import { type Lab, type LabKind, labOf, labUp } from "./lab";
import { leastRights, POOL } from "./least-rights";
import type { Vmids } from "./program";
import { runDirectory } from "./run-directory";
import { Stack, type StackOptions } from "./stack";

export interface Workplace {
    lab: Lab;
    /** A stack with the program `text`; more than one may share the gateways of the workplace. */
    stack(text: string, options?: Pick<StackOptions, "project" | "backend" | "environment">): Promise<Stack>;
    /** Ends the stacks, and every guest of the range. */
    dispose(): Promise<void>;
}

/**
 * The lab, or one of a kind, for tests whose guests have the VMIDs of a range of their own; what an earlier run left there is removed.
 * Stacks have the least rights, `more` of them if need be, unless their environment says otherwise; `lab.environment` is root's.
 */
export async function workplace(vmids: Vmids, more: string[] = [], kind?: LabKind): Promise<Workplace> {
    const lab = kind === undefined ? await labUp() : await labOf(kind);
    const rights = await leastRights(POOL, more);
    await removeGuests(vmids.from, vmids.to);
    const stacks: Stack[] = [];
    return {
        lab,
        async stack(text, options = {}) {
            const environment = { ...lab.environment, ...rights, ...options.environment };
            const stack = await Stack.create({
                ...options,
                runDirectory: runDirectory(),
                program: { text },
                within: lab.within,
                environment,
            });
            stacks.push(stack);
            return stack;
        },
        async dispose() {
            for (const stack of stacks) stack.dispose();
            await removeGuests(vmids.from, vmids.to);
        },
    };
}
