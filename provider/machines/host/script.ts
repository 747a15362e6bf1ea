import type { Deadline } from "../../base/deadline";
import { PvesmbError } from "../../base/errors";
import type { Host } from "../../hosts";

/** The names of the packages that pvesmb installed on the host, one a line. */
export const NOTES = "/var/lib/pvesmb/packages";

/** What a script for sh prints. */
export async function runScript(host: Host, script: string, deadline: Deadline): Promise<string> {
    const { code, stdout, stderr } = await host.exec(["sh", "-s"], { stdin: script, deadline });
    if (code !== 0) throw new PvesmbError("RemoteFailed", `cleaning up ${host.name} failed: ${stderr.trim().slice(-500)}`);
    return stdout;
}
