import { spawn } from "node:child_process";
import { MachineError } from "../machine";

export interface RunOptions {
    /** Sent on stdin, which is closed afterwards; without it stdin is /dev/null. */
    input?: string | Buffer;
    env?: Record<string, string>;
    cwd?: string;
    /** Milliseconds; the command is killed afterwards. Default: 10 minutes. */
    timeout?: number;
    /** Gets each line of stdout and stderr as it comes. */
    onLine?: (line: string) => void;
}

export interface RunResult {
    /** Exit code, or 128 + signal number as shells say it. */
    code: number;
    stdout: string;
    stderr: string;
}

/** Runs a command to its end; only a command that can't be started rejects. */
export function attempt(argv: string[], options: RunOptions = {}): Promise<RunResult> {
    const [file = "", ...args] = argv;
    return new Promise((resolve, reject) => {
        const child = spawn(file, args, {
            cwd: options.cwd,
            env: { ...process.env, LC_ALL: "C.UTF-8", ...options.env },
            stdio: ["pipe", "pipe", "pipe"],
        });
        const out = collect(options.onLine);
        const err = collect(options.onLine);
        const timer = setTimeout(() => child.kill("SIGKILL"), options.timeout ?? 600_000);
        child.stdout.on("data", out.add);
        child.stderr.on("data", err.add);
        child.stdin.on("error", () => undefined); // A command may end without reading its input: its exit code says enough.
        child.stdin.end(options.input ?? "");
        child.on("error", (error) => {
            clearTimeout(timer);
            reject(new MachineError(`command '${file}' can't be started: ${error.message}`));
        });
        child.on("close", (code) => {
            clearTimeout(timer);
            resolve({ code: code ?? 137, stdout: out.text(), stderr: err.text() });
        });
    });
}

/** Runs a command that must succeed and returns its stdout. */
export async function run(argv: string[], options: RunOptions = {}): Promise<string> {
    return outputOf(argv, await attempt(argv, options));
}

/** The stdout of a command that must have succeeded; otherwise throws PVE's words (`command '...' failed: exit code N`). */
export function outputOf(argv: string[], result: RunResult): string {
    if (result.code === 0) return result.stdout;
    const said = (result.stderr || result.stdout).trim().split("\n").slice(-20);
    throw new MachineError(`command '${argv.join(" ")}' failed: exit code ${result.code}`, said);
}

function collect(onLine?: (line: string) => void): { add: (chunk: Buffer) => void; text: () => string } {
    const chunks: Buffer[] = [];
    let rest = "";
    return {
        add: (chunk) => {
            chunks.push(chunk);
            if (!onLine) return;
            const lines = (rest + chunk.toString()).split(/[\r\n]+/);
            rest = lines.pop() ?? "";
            lines.filter(Boolean).forEach(onLine);
        },
        text: () => Buffer.concat(chunks).toString(),
    };
}
