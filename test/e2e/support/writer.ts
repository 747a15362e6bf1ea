import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runDirectory } from "./run-directory";
import type { Login, Unc } from "./smb-client";
import type { Within } from "./stack";
import { until } from "./until";

/**
 * A client that writes numbered records, each into a file of its own, and connects again for each. A record counts when smbclient says that
 * the server has taken it.
 */
const LOOP = `n=0
while :; do
    printf 'record %s end\\n' $n > record
    if timeout 3 smbclient -t 2 "//$1/$2" -A login -s smb.conf -c "put record record-$n" >/dev/null 2>&1; then
        echo "$n $(date +%s.%N)"
        n=$((n + 1))
    else
        sleep 0.1
    fi
done`;

export class Writer {
    readonly acknowledged: number[] = [];
    private readonly times: number[] = [];

    private constructor(private readonly child: ChildProcess) {
        let rest = "";
        child.stdout?.setEncoding("utf8").on("data", (text: string) => {
            const lines = (rest + text).split("\n");
            rest = lines.pop() ?? "";
            for (const line of lines) {
                const [record, time] = line.split(" ").map(Number);
                this.acknowledged.push(record ?? NaN);
                this.times.push(time ?? NaN);
            }
        });
    }

    static async start(within: Within, { host, share }: Unc, { user, password }: Login): Promise<Writer> {
        const cwd = mkdtempSync(join(runDirectory(), "writer-"));
        writeFileSync(join(cwd, "login"), `username = ${user}\npassword = ${password}\n`, { mode: 0o600 });
        writeFileSync(join(cwd, "smb.conf"), "[global]\n");
        const [file = "", ...argv] = within(["sh", "-c", LOOP, "sh", host, share]);
        const writer = new Writer(spawn(file, argv, { cwd, stdio: ["ignore", "pipe", "inherit"], detached: true }));
        try {
            await until("the client writes", () => writer.acknowledged.length > 5);
            return writer;
        } catch (error) {
            await writer.stop();
            throw error;
        }
    }

    /** Waits until the client has written some more. */
    async goesOn(seconds?: number): Promise<void> {
        const enough = this.acknowledged.length + 3;
        await until("the client writes again", () => this.acknowledged.length >= enough, seconds);
    }

    /** The longest time between two records, in seconds. */
    get gap(): number {
        return Math.max(0, ...this.times.slice(1).map((time, index) => time - (this.times[index] ?? time)));
    }

    async stop(): Promise<void> {
        const { pid } = this.child;
        if (pid !== undefined) process.kill(-pid, "SIGKILL");
        await new Promise((resolve) =>
            this.child.exitCode !== null || this.child.signalCode !== null ? resolve(0) : this.child.once("exit", resolve),
        );
    }
}
