/**
 * Clients that are not ours drive the lab's API (over an imaginary machine): `make lab-clients`, `ONLY=OpenTofu` for one. Needs Python 3
 * with venv, Go, and the package registries of this machine; what is fetched and built stays in the cache.
 */
import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { ThrowawayLab } from "../src/api/throwaway";
import { cacheDir } from "../src/machine/layout";
import { ImaginaryMachine } from "../src/machine/imaginary";

const password = "third-party-1";
const secret = "7c0f9a52-3c1e-4b1e-9a43-1f2e3d4c5b6a";
const template = "debian-12-standard_12.7-1_amd64.tar.zst";
const cache = join(cacheDir, "clients");

/** What makes the command line of each client, and the client itself when it is not there yet. */
const clients: Record<string, () => string[]> = {
    proxmoxer: () => [python(), join(__dirname, "proxmoxer_life.py")],
    "go-proxmox": () => [built("go-proxmox")],
    "bpg's packages": () => [built("bpg")],
    "bpg's provider under OpenTofu": () => [
        join(__dirname, "terraform/life.sh"),
        built("terraform/tofu", "tofu", "github.com/opentofu/opentofu/cmd/tofu"),
        dirname(built("terraform/provider", "terraform-provider-proxmox", "github.com/bpg/terraform-provider-proxmox")),
    ],
};

function python(): string {
    const own = join(cache, "venv", "bin", "python3");
    if (!existsSync(own)) {
        execFileSync("python3", ["-m", "venv", join(cache, "venv")], { stdio: "inherit" });
        execFileSync(own, ["-m", "pip", "install", "--quiet", "-r", join(__dirname, "requirements.txt")], { stdio: "inherit" });
    }
    return own;
}

/** A client in Go, compiled; OpenTofu and the provider take minutes the first time. */
function built(name: string, program = "life", from = "."): string {
    const source = join(cache, name);
    cpSync(join(__dirname, name), source, { recursive: true });
    execFileSync("go", ["build", "-o", program, from], { cwd: source, stdio: "inherit" });
    return join(source, program);
}

async function startLab(version: "8.4" | "9.2"): Promise<ThrowawayLab> {
    const machine = new ImaginaryMachine();
    machine.addFile("pve1", { id: "local", type: "dir", path: "/var/lib/vz", shared: false }, "vztmpl", template);
    return ThrowawayLab.start(version, {
        machine,
        state: { users: [{ userid: "root@pam", password, tokens: [{ tokenid: "t1", secret, privsep: false }] }] },
    });
}

/** True when the client ends well. */
function drive(command: string[], port: number, how: string): Promise<boolean> {
    const [file = "", ...args] = command;
    const child = spawn(file, [...args, String(port), how], {
        stdio: "inherit",
        env: { ...process.env, LAB_PASSWORD: password, LAB_TOKEN: secret },
    });
    return new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code) => resolve(code === 0));
    });
}

async function main(): Promise<void> {
    const counts = { passed: 0, failed: 0 };
    mkdirSync(cache, { recursive: true });
    const wanted = Object.entries(clients).filter(([name]) => name.includes(process.argv[2] ?? ""));
    const all = wanted.map(([name, command]) => [name, command()] as const);
    for (const version of ["8.4", "9.2"] as const) {
        const lab = await startLab(version);
        const [port = 0] = lab.api.ports.values();
        for (const [name, command] of all) {
            for (const how of ["token", "ticket"]) {
                const good = await drive(command, port, how);
                counts[good ? "passed" : "failed"]++;
                console.log(`${good ? "passed" : "FAILED"}: ${name} with a ${how} against ${version}`);
            }
        }
        await lab.close();
    }
    console.log(`${counts.passed} passed, ${counts.failed} failed`);
    if (counts.failed > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 2;
});
