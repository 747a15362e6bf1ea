import { join } from "node:path";
import type { Stack } from "./stack";

interface Answer {
    code: number;
    report: Record<string, unknown>;
    said: string;
}

/** Runs the package's own `npx pvesmb ad ... --json`. `input`: for `--password-file -`. */
export const adCommand = (stack: Stack, args: string[], input = ""): Promise<Answer> => ownCommand(stack, ["ad", ...args], input);

/** Runs the package's own `npx pvesmb ... --json`. */
export async function ownCommand(stack: Stack, args: string[], input = ""): Promise<Answer> {
    const command = [join(stack.project, "node_modules/.bin/pvesmb"), ...args, "--json"];
    const { code, stdout, stderr } = await stack.command(command, { input }).done;
    return { code, report: stdout === "" ? {} : (JSON.parse(stdout) as Record<string, unknown>), said: stderr };
}
