import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runDirectory } from "./run-directory";
import type { Login, Unc } from "./smb-client";
import type { Within } from "./stack";
import { until } from "./until";

/** One smbclient in the middle of a `put`: the file stays open on the share for as long as the test has not said all that is in it. */
export class HeldFile {
    private output = "";
    private readonly child: ChildProcessWithoutNullStreams;
    private readonly folder = mkdtempSync(join(runDirectory(), "held-"));
    private readonly gone: Promise<unknown>;

    constructor(within: Within, { host, share }: Unc, { user, password }: Login, name: string) {
        const [authentication, configuration] = [join(this.folder, "login"), join(this.folder, "smb.conf")];
        writeFileSync(authentication, `username = ${user}\npassword = ${password}\n`, { mode: 0o600 });
        writeFileSync(configuration, "[global]\n");
        // While it waits for us it hears nothing of the server: its own patience, 20 s for each request, must not be what ends it.
        const put = ["smbclient", `//${host}/${share}`, "-A", authentication, "-s", configuration, "-t", "600", "-c", `put - ${name}`];
        const [program = "", ...args] = within(put);
        this.child = spawn(program, args, { cwd: this.folder });
        for (const stream of [this.child.stdout, this.child.stderr])
            stream.setEncoding("utf8").on("data", (text: string) => (this.output += text));
        // That smbclient has left already is told by what it printed.
        this.child.stdin.on("error", () => undefined);
        this.gone = once(this.child, "close");
    }

    /** Writes on, as fast as smbclient takes it; when that has left, `end` says so. */
    write(data: Buffer): Promise<void> {
        return new Promise((resolve) => this.child.stdin.write(data, () => resolve()));
    }

    /** Ends the file, and tells what smbclient says of it: that it is there, or why not. */
    async end(text = ""): Promise<string> {
        this.child.stdin.end(text);
        await until("smbclient ends", () => this.child.exitCode !== null || this.child.signalCode !== null, 120);
        await this.gone;
        this.close();
        return this.output.trim();
    }

    close(): void {
        this.child.kill();
        rmSync(this.folder, { recursive: true, force: true });
    }
}
