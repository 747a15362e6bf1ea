import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { repository } from "./package";
import type { Within } from "./stack";
import { until } from "./until";

/** What the connections wait for: in SMB without a login, as many clients, as one client with many channels; or for a login over SSH. */
export type Waiting = "idle" | "negotiate" | "channels" | "ssh";

/** Clients without an account that open connections and leave them open (flood.py). */
export class Flood {
    private output = "";
    /** How many connections were opened. */
    opened = 0;

    private constructor(private readonly child: ChildProcessWithoutNullStreams) {
        child.stdout.setEncoding("utf8").on("data", (text: string) => (this.output += text));
        child.stderr.setEncoding("utf8").on("data", (text: string) => (this.output += text));
        child.stdin.on("error", () => undefined);
    }

    /** Resolves when all `count` connections have been tried, or as many as possible within `seconds`. */
    static async on(within: Within, host: string, from: string, count: number, what: Waiting, seconds = 60): Promise<Flood> {
        const argv = ["python3", join(repository, "test/e2e/support/flood.py"), host, from, String(count), what, String(seconds)];
        const [program = "", ...args] = within(argv);
        const flood = new Flood(spawn(program, args));
        flood.opened = await flood.said("open", seconds + 30);
        return flood;
    }

    /** How many connections the server has kept open. */
    async alive(): Promise<number> {
        this.output = "";
        this.child.stdin.write("\n");
        return this.said("alive");
    }

    end(): void {
        this.child.stdin.end();
        this.child.kill();
    }

    private async said(word: string, seconds?: number): Promise<number> {
        const line = (): RegExpExecArray | null => new RegExp(`^${word} (\\d+)$`, "m").exec(this.output);
        await until(`the flood says "${word}"`, () => line() !== null || this.child.exitCode !== null, seconds);
        const found = line()?.[1];
        if (found === undefined) throw new Error(`the flood ended: ${this.output}`);
        return Number(found);
    }
}
