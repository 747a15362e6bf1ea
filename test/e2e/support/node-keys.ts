import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { labAccess, runAtWorkstation } from "../../lab/src/client";
import { runDirectory } from "./run-directory";
import { until } from "./until";

/** The lines of a known_hosts file. ssh-keyscan leaves out a host that does not answer within five seconds, and says nothing. */
export function keysOf(hosts: readonly string[], ...options: string[]): Promise<string> {
    return until(`host keys of ${hosts.join(", ")}`, async () => {
        const { stdout } = await runAtWorkstation(["ssh-keyscan", "-T", "30", ...options, ...hosts]);
        return hosts.every((host) => stdout.includes(`${host} ssh-ed25519 `)) && stdout;
    });
}

/** A known_hosts file with the host keys of the lab's nodes, by name and by address. */
export async function nodeKeys(): Promise<{ PVESMB_SSH_KNOWN_HOSTS: string }> {
    const knownHosts = join(runDirectory(), "known_hosts");
    const hosts = labAccess().nodes.flatMap(({ name, address }) => [name, address]);
    writeFileSync(knownHosts, await keysOf(hosts, "-t", "ed25519"));
    return { PVESMB_SSH_KNOWN_HOSTS: knownHosts };
}
