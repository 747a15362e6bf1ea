import { removeGuests } from "./guests";
import { type Lab, type LabKind, labOf, labUp } from "./lab";
import { leastRights, POOL } from "./least-rights";
import type { Vmids } from "./program";
import { runDirectory } from "./run-directory";
import { Stack, type StackOptions } from "./stack";

export interface Workplace {
    lab: Lab;
    /** A stack with the program `text`; several may share the gateways of the workplace. */
    stack(text: string, options?: Pick<StackOptions, "project" | "backend" | "environment">): Promise<Stack>;
    /** Disposes of the stacks and of every guest in the range. */
    dispose(): Promise<void>;
}

/**
 * The lab (or a lab of this kind) for tests whose guests use their own VMID range. Guests that an earlier run left there are removed.
 * Stacks have the least rights, plus `more` if needed, unless their environment says otherwise; `lab.environment` is root's.
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
