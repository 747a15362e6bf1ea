import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { runOnNode } from "../../lab/src/client";
import { attempt } from "../../lab/src/machine/run";

/** What to search for: a name for messages, and a part of the secret that the encoding of the surrounding text does not change. */
export type Needles = Record<string, string>;

/** Each needle in plain text, in base64 at every offset, and in hex. */
function forms(needle: string): string[] {
    const bytes = Buffer.from(needle);
    const shifted = [0, 1, 2].map((offset) =>
        Buffer.concat([Buffer.alloc(offset), bytes])
            .toString("base64")
            // The first and last characters contain bits of the neighbouring bytes.
            .slice(offset === 0 ? 0 : 4, -4),
    );
    return [needle, ...shifted, bytes.toString("hex")];
}

const patterns = (needles: Needles): string => `${Object.values(needles).flatMap(forms).join("\n")}\n`;

/** Names of the needles found in a text. */
export function foundIn(text: string, needles: Needles): string[] {
    return Object.keys(needles).filter((name) => forms(needles[name] ?? "").some((form) => text.includes(form)));
}

/** Files in these directories of this machine that contain a needle and are newer than the file `since`. */
export async function filesWith(places: string[], needles: Needles, since: string): Promise<string[]> {
    // find may start grep several times, and each reads the patterns: from a file that only we can read.
    const file = `${since}-patterns`;
    writeFileSync(file, patterns(needles), { mode: 0o600 });
    try {
        const found = await attempt([
            "find",
            ...places,
            "-xdev",
            "-name",
            "node_modules",
            "-prune",
            "-o",
            "-type",
            "f",
            "-newer",
            since,
            "-exec",
            "grep",
            "-laF",
            "-f",
            file,
            "{}",
            "+",
        ]);
        return listed(found).filter((each) => each !== file);
    } finally {
        rmSync(file);
    }
}

/** Files of a node that contain a needle, without its guests' disks. */
export async function filesOnNode(node: string, needles: Needles): Promise<string[]> {
    const search = "grep -rlaF -f - --exclude-dir=proc --exclude-dir=sys --exclude-dir=dev --exclude='*.raw' /";
    return listed(await runOnNode(node, search, { input: patterns(needles) }));
}

/** Files of a guest that contain a needle: on all its disks, and in memory below /run and /tmp. */
export async function filesInGuest(node: string, vmid: number, needles: Needles): Promise<string[]> {
    const search = `pct exec ${vmid} -- grep -rlaF -f - --exclude-dir=proc --exclude-dir=sys --exclude-dir=dev /`;
    return listed(await runOnNode(node, search, { input: patterns(needles) }));
}

/** grep exits with 1 if it finds nothing, and with 2 if it cannot read something, such as a socket or a file that has disappeared. */
function listed({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }): string[] {
    if (code > 2) throw new Error(`grep ended with ${code}: ${stderr}`);
    return stdout.split("\n").filter(Boolean);
}

/**
 * Watches the command lines and environments of all processes of the machine, including the lab's nodes and guests. Only the process of the
 * user's program is left out: Pulumi passes the configuration in its environment, with secrets in plain text.
 */
export class ProcessWatch {
    private readonly seen = new Set<string>();
    private readonly timer: NodeJS.Timeout;
    /** Number of command lines inspected. */
    looked = 0;

    constructor(private readonly needles: Needles) {
        this.timer = setInterval(() => this.look(), 40);
    }

    /** Stops watching and returns what contained a needle: `argv of smbpasswd: password`. */
    stop(): string[] {
        clearInterval(this.timer);
        return [...this.seen];
    }

    private look(): void {
        for (const pid of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
            for (const part of ["cmdline", "environ"]) {
                const text = read(`/proc/${pid}/${part}`);
                this.looked++;
                if (text.includes("\0PULUMI_CONFIG=")) continue;
                for (const name of foundIn(text, this.needles)) this.seen.add(`${part} of ${read(`/proc/${pid}/comm`).trim()}: ${name}`);
            }
        }
    }
}

function read(file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return ""; // The process has ended.
    }
}
