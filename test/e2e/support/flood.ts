import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { repository } from "./package";
import type { Within } from "./stack";
import { until } from "./until";

/** What they wait for: in SMB as nobody yet, as many clients, as one with many channels; or for a login by SSH. */
export type Waiting = "idle" | "negotiate" | "channels" | "ssh";

/** Clients without an account that open connections and leave them so (flood.py). */
export class Flood {
    private output = "";
    /** How many it got hold of. */
    opened = 0;

    private constructor(private readonly child: ChildProcessWithoutNullStreams) {
        child.stdout.setEncoding("utf8").on("data", (text: string) => (this.output += text));
        child.stderr.setEncoding("utf8").on("data", (text: string) => (this.output += text));
        child.stdin.on("error", () => undefined);
    }

    /** When all `count` have been tried, or as many as could be in so many seconds. */
    static async on(within: Within, host: string, from: string, count: number, what: Waiting, seconds = 60): Promise<Flood> {
        const argv = ["python3", join(repository, "test/e2e/support/flood.py"), host, from, String(count), what, String(seconds)];
        const [program = "", ...args] = within(argv);
        const flood = new Flood(spawn(program, args));
        flood.opened = await flood.said("open", seconds + 30);
        return flood;
    }

    /** How many connections the server keeps. */
    async alive(): Promise<number> {
        this.output = "";
        this.child.stdin.write("\n");
        return this.said("alive", 20);
    }

    end(): void {
        this.child.stdin.end();
        this.child.kill();
    }

    private async said(word: string, seconds: number): Promise<number> {
        const line = (): RegExpExecArray | null => new RegExp(`^${word} (\\d+)$`, "m").exec(this.output);
        await until(`the flood says "${word}"`, () => line() !== null || this.child.exitCode !== null, seconds);
        const found = line()?.[1];
        if (found === undefined) throw new Error(`the flood ended: ${this.output}`);
        return Number(found);
    }
}
