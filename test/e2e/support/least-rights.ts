import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runOnNode } from "../../lab/src/client";
import { labAccess } from "../../lab/src/access";
import { stateDir } from "../../lab/src/machine/layout";
import { installed } from "./package";
import { run } from "./process";
import { runDirectory } from "./run-directory";

/**
 * The tests' identity: a token and an SSH user with exactly the rights that `npx pvesmb permissions` prints for these features. The printed
 * commands are run on the lab's nodes as a user would run them, once per lab.
 */

const FEATURES = ["usual", "node-login"];
const STORAGES = ["local", "tank", "local-zfs", "local-btrfs", "shared"];
export const SSH_USER = "pulumi";
export const WRAPPER = "/usr/local/sbin/pvesmb-pct";
/** A key of the tests' own: the lab's key would log in to the nodes as root. */
export const sshKeyFile = join(stateDir, "e2e-key");

/** The pool of the tests' guests (smallArgs). */
export const POOL = "e2e";

/**
 * Returns environment variables. `whose`: rights on the guests of the pool, or on all guests for programs that name no pool. `more` are
 * further arguments of the command, for features that only one file needs; such a file gets an identity of its own, so that no other file
 * has these rights.
 */
export async function leastRights(whose: typeof POOL | "all" = POOL, more: string[] = []): Promise<Record<string, string>> {
    const own = more.length === 0 ? "" : `-${createHash("sha256").update(more.join()).digest("hex").slice(0, 6)}`;
    const [user, sshUser] = [`pulumi-${whose}${own}@pve`, `${SSH_USER}${own}`];
    const arguments_ = [
        ...FEATURES.flatMap((name) => ["--feature", name]),
        ...STORAGES.flatMap((name) => ["--storage", name]),
        ...[
            "--template-storage",
            "local",
            "--bridge",
            "vmbr0",
            "--pve",
            labAccess().version.split(".")[0] ?? "",
            "--user",
            user,
            "--ssh-user",
            sshUser,
        ],
        ...["--ssh-public-key", (await sshKey(".pub")).trim(), ...(whose === POOL ? ["--pool", POOL] : [])],
        ...more,
    ];
    const main = join(await installed(runDirectory()), "node_modules/pvesmb/dist/provider/cli/main.js");
    const printed = async (part: "api" | "node"): Promise<string> =>
        (await run([process.execPath, main, "permissions", ...arguments_, "--only", part])).stdout;
    const token = await granted(await printed("api"), await printed("node"), user);
    return {
        PROXMOX_VE_API_TOKEN: token,
        PROXMOX_VE_USERNAME: "",
        PROXMOX_VE_PASSWORD: "",
        PROXMOX_VE_SSH_USERNAME: sshUser,
        PROXMOX_VE_SSH_PRIVATE_KEY: await sshKey(""),
        PVESMB_SSH_PCT: WRAPPER,
    };
}

/** Runs both parts unless this lab has them already, and returns the token. */
async function granted(api: string, node: string, user: string): Promise<string> {
    const file = join(stateDir, `e2e-${user}.json`);
    const before = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { api: string; node: string; token: string }) : undefined;
    if (before?.api === api && before.node === node) return before.token;
    const { nodes } = labAccess();
    const [first] = nodes;
    if (before) await shell(first?.name, `pveum user delete ${user}`);
    for (const { name } of nodes) await shell(name, node);
    const secret = /│ value +│ ([0-9a-f-]{36}) +│/.exec(await shell(first?.name, api))?.[1];
    if (secret === undefined) throw new Error(`no token was made by:\n${api}`);
    const token = `${user}!pvesmb=${secret}`;
    writeFileSync(file, JSON.stringify({ api, node, token }), { mode: 0o600 });
    return token;
}

async function shell(node = "", script: string): Promise<string> {
    const { code, stdout, stderr } = await runOnNode(node, "sh -e", { input: script });
    if (code !== 0) throw new Error(`on ${node}: ${stderr}\n${script}`);
    return stdout;
}

export async function sshKey(half: "" | ".pub"): Promise<string> {
    if (!existsSync(sshKeyFile)) await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "pvesmb-e2e", "-f", sshKeyFile]);
    return readFileSync(`${sshKeyFile}${half}`, "utf8");
}
