/**
 * Clients that are not ours drive the lab's API (over an imaginary machine): `make lab-clients`. Needs Python 3 with venv,
 * Go, and the package registries of this machine; what is fetched and built stays in the cache.
 */
import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { ThrowawayLab } from "../src/api/throwaway";
import { cacheDir } from "../src/machine/layout";
import { ImaginaryMachine } from "../src/machine/imaginary";

const password = "third-party-1";
const secret = "7c0f9a52-3c1e-4b1e-9a43-1f2e3d4c5b6a";
const template = "debian-12-standard_12.7-1_amd64.tar.zst";
const cache = join(cacheDir, "clients");

/** The command line of each client, built when it is not there yet. */
function clients(): Record<string, string[]> {
    mkdirSync(cache, { recursive: true });
    const python = join(cache, "venv", "bin", "python3");
    if (!existsSync(python)) {
        execFileSync("python3", ["-m", "venv", join(cache, "venv")], { stdio: "inherit" });
        execFileSync(python, ["-m", "pip", "install", "--quiet", "-r", join(__dirname, "requirements.txt")], { stdio: "inherit" });
    }
    return {
        proxmoxer: [python, join(__dirname, "proxmoxer_life.py")],
        "go-proxmox": [built("go-proxmox")],
        "bpg's provider": [built("bpg")],
    };
}

/** A client in Go, compiled. */
function built(name: string): string {
    const source = join(cache, name);
    cpSync(join(__dirname, name), source, { recursive: true });
    execFileSync("go", ["build", "-o", "life", "."], { cwd: source, stdio: "inherit" });
    return join(source, "life");
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
    const all = clients();
    for (const version of ["8.4", "9.2"] as const) {
        const lab = await startLab(version);
        const [port = 0] = lab.api.ports.values();
        for (const [name, command] of Object.entries(all)) {
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
