import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Session } from "./session";

/**
 * Runs a command with the session's streams and returns its exit code. What `argv` started dies with the session: LXC's attach leaves
 * the attached process behind when only it is killed, so its children go first.
 */
export function execute(session: Session, argv: string[], env: Record<string, string>): Promise<number> {
    const [file = "", ...args] = argv;
    const child = spawn(file, args, { env, stdio: ["pipe", "pipe", "pipe"] });
    const end = (): void => {
        for (const pid of childrenOf(child.pid)) killQuietly(pid);
        child.kill("SIGKILL");
    };
    session.gone.addEventListener("abort", end);
    session.stdin.pipe(child.stdin);
    child.stdin.on("error", () => undefined); // The command closed its input; PVE's pct doesn't mind either.
    child.stdout.on("data", (data: Buffer) => session.out(data));
    child.stderr.on("data", (data: Buffer) => session.err(data));
    return new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code) => {
            session.gone.removeEventListener("abort", end);
            resolve(code ?? 255);
        });
        if (session.gone.aborted) end();
    });
}

function childrenOf(pid: number | undefined): number[] {
    try {
        return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
    } catch {
        return [];
    }
}

function killQuietly(pid: number): void {
    try {
        process.kill(pid, "SIGKILL");
    } catch {
        // Ended by itself.
    }
}
