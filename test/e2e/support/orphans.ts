import { join } from "node:path";
import type { Stack } from "./stack";

export interface Found {
    vmid: number;
    busy: boolean;
}

/** Runs the package's own `npx pvesmb orphans --json` with the stack's state. */
export async function orphans(stack: Stack, ...flags: string[]): Promise<{ code: number; found: Found[]; said: string }> {
    const command = [join(stack.project, "node_modules/.bin/pvesmb"), "orphans", "--json", "--state", "-", ...flags];
    const { code, stdout, stderr } = await stack.command(command, { input: JSON.stringify(await stack.exportState()) }).done;
    if (stdout === "") throw new Error(`pvesmb orphans ended with ${code}: ${stderr}`);
    return { code, found: JSON.parse(stdout) as Found[], said: stderr };
}
