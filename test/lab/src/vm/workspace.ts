import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { identify, isAlive } from "../machine/processes";
import type { ProcessIdentity } from "../machine/processes";

const prefix = "pvesmb-vm-";

/** A folder for one virtual machine's disks. Folders whose owner died without a word are removed first. */
export function makeWorkspace(): string {
    sweep();
    const folder = mkdtempSync(join(tmpdir(), prefix));
    writeFileSync(join(folder, "owner.json"), JSON.stringify(identify(process.pid)));
    return folder;
}

function sweep(): void {
    for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
        const folder = join(tmpdir(), name);
        try {
            const owner = JSON.parse(readFileSync(join(folder, "owner.json"), "utf8")) as ProcessIdentity;
            if (!isAlive(owner)) rmSync(folder, { recursive: true, force: true });
        } catch {
            // Being made this very moment, or another user's.
        }
    }
}
