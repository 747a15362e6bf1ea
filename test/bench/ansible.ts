import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Lab } from "../e2e/support/lab";
import { run } from "../e2e/support/process";
import { runDirectory } from "../e2e/support/run-directory";
import { login } from "./pair";
import { progress } from "./progress";

/** The last version for Debian 12's Python. */
const VERSION = "2.19.14";

/** Installs Ansible from PyPI into the cache; returns the folder of its commands. */
async function ansible(): Promise<string> {
    const venv = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "pvesmb", `ansible-core-${VERSION}`);
    if (!existsSync(join(venv, "finished"))) {
        const began = performance.now();
        rmSync(venv, { recursive: true, force: true });
        await run(["python3", "-m", "venv", venv]);
        await run([join(venv, "bin/pip"), "install", "--quiet", "--disable-pip-version-check", `ansible-core==${VERSION}`], {
            timeout: 600,
        });
        writeFileSync(join(venv, "finished"), "");
        progress("installing Ansible", (performance.now() - began) / 1000);
    }
    return join(venv, "bin");
}

/** Creates `shares` shares on a host with the role in ./ansible, with Ansible's defaults apart from `settings`; returns the seconds. */
export async function playbook(lab: Lab, address: string, shares: number, settings: { pipelining: boolean }): Promise<number> {
    const commands = await ansible();
    const folder = mkdtempSync(join(runDirectory(), "ansible-"));
    const file = (name: string, content: string): string => {
        writeFileSync(join(folder, name), content, { mode: 0o600 });
        return join(folder, name);
    };
    const key = file("key", lab.environment["PROXMOX_VE_SSH_PRIVATE_KEY"] ?? "");
    const inventory = file("hosts", `${address} ansible_user=root ansible_ssh_private_key_file=${key}\n`);
    const list = Array.from({ length: shares }, (_, i) => ({ name: `share${i + 1}`, user: login.user, comment: "A share of the bench" }));
    const variables = file(
        "variables.json",
        JSON.stringify({
            samba_root: "/srv/pvesmb",
            samba_users: [{ name: login.user, password: login.password }],
            samba_shares: list,
        }),
    );
    const argv = [join(commands, "ansible-playbook"), "-i", inventory, "-e", `@${variables}`, join(__dirname, "ansible/site.yml")];
    const { seconds } = await run(lab.within(argv), {
        timeout: 1200,
        env: {
            PATH: `${commands}:${process.env["PATH"] ?? ""}`,
            HOME: folder,
            LANG: "C.UTF-8",
            ANSIBLE_HOST_KEY_CHECKING: "False",
            ANSIBLE_PIPELINING: String(settings.pipelining),
        },
    });
    return seconds;
}
