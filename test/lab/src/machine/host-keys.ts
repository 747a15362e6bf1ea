import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./run";

export interface KeyFile {
    name: string;
    text: string;
    mode: string;
}

/** New SSH host keys, private and public halves, as PVE makes them for each new container. */
export async function newHostKeys(hostname: string, kinds = ["rsa", "ecdsa", "ed25519"]): Promise<KeyFile[]> {
    const dir = mkdtempSync(join(tmpdir(), "pvesmb-"));
    try {
        const pairs = await Promise.all(
            kinds.map(async (kind) => {
                const name = `ssh_host_${kind}_key`;
                await run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", `root@${hostname}`, "-f", join(dir, name)]);
                return [
                    { name, text: readFileSync(join(dir, name), "utf8"), mode: "600" },
                    { name: `${name}.pub`, text: readFileSync(join(dir, `${name}.pub`), "utf8"), mode: "644" },
                ];
            }),
        );
        return pairs.flat();
    } finally {
        rmSync(dir, { recursive: true });
    }
}
