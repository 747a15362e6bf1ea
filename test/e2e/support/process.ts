import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";

export interface Outcome {
    /** Exit code; 128 + signal number when killed. */
    code: number;
    stdout: string;
    stderr: string;
    /** Both streams, in order of arrival. */
    output: string;
    seconds: number;
}

export interface Running {
    pid: number;
    done: Promise<Outcome>;
    /** Sends a signal to the whole process group, as a terminal's Ctrl-C does. */
    signal(name: NodeJS.Signals): void;
    /** The output so far. */
    output(): string;
}

export interface StartOptions {
    cwd?: string;
    /** The complete environment; default: that of the test run. */
    env?: NodeJS.ProcessEnv;
    input?: string;
    /** Seconds until the command is killed. Default 600, in a soak 1800: software emulation on a busy machine. */
    timeout?: number;
    /** `NAME=value` of the environment, or a prefix of it. Finds and kills helpers that have left the process group. */
    mark?: string;
    /** Receives both streams as they arrive, for programs that show them. */
    onOutput?: (text: string) => void;
}

/** Starts a command as the leader of its own process group. `done` rejects only if the start fails, never because of an exit code. */
export function start(argv: readonly string[], options: StartOptions = {}): Running {
    const [program = "", ...args] = argv;
    const began = performance.now();
    const child = spawn(program, args, { cwd: options.cwd, env: options.env, detached: true, stdio: ["pipe", "pipe", "pipe"] });
    const chunks = { stdout: "", stderr: "", output: "" };
    for (const name of ["stdout", "stderr"] as const) {
        child[name].setEncoding("utf8").on("data", (text: string) => {
            chunks[name] += text;
            chunks.output += text;
            options.onOutput?.(text);
        });
    }
    // A command may exit without reading its input; that is not our error.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
    const signal = (name: NodeJS.Signals): void => {
        if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, name);
    };
    const done = new Promise<Outcome>((resolve, reject) => {
        const limit = options.timeout ?? (process.env["PVESMB_SOAK"] === "1" ? 1800 : 600);
        const timer = setTimeout(() => {
            chunks.output += `\n[killed after ${limit} s]\n`;
            signal("SIGKILL");
            if (options.mark !== undefined) killMarked(options.mark);
        }, limit * 1000);
        // A grandchild may hold the pipes open after a kill. The exit counts, plus a moment for the last bytes.
        let ended = false;
        const end = (code: number | null, by: NodeJS.Signals | null): void => {
            if (ended) return;
            ended = true;
            clearTimeout(timer);
            child.stdout.destroy();
            child.stderr.destroy();
            resolve({ code: code ?? 128 + constants.signals[by ?? "SIGKILL"], ...chunks, seconds: (performance.now() - began) / 1000 });
        };
        child.on("error", (error) => {
            clearTimeout(timer);
            reject(error);
        });
        child.on("close", end);
        child.on("exit", (code, by) => setTimeout(end, 2000, code, by).unref());
    });
    return { pid: child.pid ?? 0, done, signal, output: () => chunks.output };
}

/** Runs a command to its end; if it fails, throws with all its output. */
export async function run(argv: readonly string[], options: StartOptions = {}): Promise<Outcome> {
    const outcome = await start(argv, options).done;
    if (outcome.code !== 0) throw new Error(`${argv.join(" ")} ended with ${outcome.code}:\n${outcome.output}`);
    return outcome;
}

/** Processes with an environment entry that begins with `mark`, whoever started them: engine plugins run in process groups of their own. */
export function marked(mark: string): number[] {
    return readdirSync("/proc")
        .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
        .filter((entry) => {
            try {
                return readFileSync(`/proc/${entry}/environ`, "utf8")
                    .split("\0")
                    .some((entry) => entry.startsWith(mark));
            } catch {
                return false; // gone in the meantime
            }
        })
        .map(Number);
}

export function killMarked(mark: string): void {
    for (const pid of marked(mark)) {
        try {
            process.kill(pid, "SIGKILL");
        } catch {
            // gone in the meantime
        }
    }
}
