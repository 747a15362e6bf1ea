import { createHash } from "node:crypto";
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

/** What PVE's task log says of the keys it made (pve-container PVE::LXC::Setup rewrite_ssh_host_keys). */
export function hostKeyLog(keys: KeyFile[]): string[] {
    return keys.flatMap(({ name, text }) => {
        if (!name.endsWith(".pub")) return [];
        const [, blob = "", comment = ""] = text.trim().split(" ");
        const print = createHash("sha256").update(Buffer.from(blob, "base64")).digest("base64").replace(/=+$/, "");
        return [`Creating SSH host key '${name.replace(/\.pub$/, "")}' - this may take some time ...`, `done: SHA256:${print} ${comment}`];
    });
}
