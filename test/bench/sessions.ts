import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../e2e/support/lab";
import { runDirectory } from "../e2e/support/run-directory";
import { Stack } from "../e2e/support/stack";
import { sessionsProgram } from "./programs";

/** Uses pulumi-command's plugin if it is on PATH; the machine may be unable to fetch it. */
export const sessionsBy = (): "remote.Command" | "dynamic" =>
    (process.env["PATH"] ?? "").split(":").some((folder) => existsSync(join(folder, "pulumi-resource-command")))
        ? "remote.Command"
        : "dynamic";

/** Shares on a server that was set up by hand, each made by one SSH session. */
export async function sessionsStack(lab: Lab, host: string, shares: number): Promise<Stack> {
    const stack = await Stack.create({
        runDirectory: runDirectory(),
        within: lab.within,
        program: { text: sessionsProgram(shares, sessionsBy()) },
        project: "bench",
    });
    await stack.config("host", host);
    await stack.config("privateKey", lab.environment["PROXMOX_VE_SSH_PRIVATE_KEY"] ?? "", { secret: true });
    return stack;
}
