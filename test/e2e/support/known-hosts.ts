import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { labAccess, runAtWorkstation } from "../../lab/src/client";
import { runDirectory } from "./run-directory";

/** Environment of a stack that connects through the nodes' SSH and knows their host keys by name and by address. */
export async function throughNodes(): Promise<Record<string, string>> {
    const file = join(runDirectory(), "known_hosts");
    const scan = await runAtWorkstation([
        "ssh-keyscan",
        "-t",
        "ed25519",
        ...labAccess().nodes.flatMap(({ name, address }) => [name, address]),
    ]);
    writeFileSync(file, scan.stdout);
    return { PVESMB_SSH_VIA: "node", PVESMB_SSH_KNOWN_HOSTS: file };
}
