import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { labAccess, runAtWorkstation } from "../../lab/src/client";
import { runDirectory } from "./run-directory";

/** A known_hosts file with the host keys of the lab's nodes, by name and by address. */
export async function nodeKeys(): Promise<{ PVESMB_SSH_KNOWN_HOSTS: string }> {
    const knownHosts = join(runDirectory(), "known_hosts");
    const hosts = labAccess().nodes.flatMap(({ name, address }) => [name, address]);
    const { stdout } = await runAtWorkstation(["ssh-keyscan", "-t", "ed25519", ...hosts]);
    writeFileSync(knownHosts, stdout);
    return { PVESMB_SSH_KNOWN_HOSTS: knownHosts };
}
