import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runDirectory } from "./run-directory";
import type { Login, Unc } from "./smb-client";
import type { Within } from "./stack";
import { until } from "./until";

/** One smbclient in the middle of a `put`: the file stays open on the share until the test has sent all its content. */
export class HeldFile {
    private output = "";
    private readonly child: ChildProcessWithoutNullStreams;
    private readonly folder = mkdtempSync(join(runDirectory(), "held-"));
    private readonly gone: Promise<unknown>;

    constructor(within: Within, { host, share }: Unc, { user, password }: Login, name: string) {
        const [authentication, configuration] = [join(this.folder, "login"), join(this.folder, "smb.conf")];
        writeFileSync(authentication, `username = ${user}\npassword = ${password}\n`, { mode: 0o600 });
        writeFileSync(configuration, "[global]\n");
        // While smbclient waits for us it does not read the server's answers. Its own timeout, 20 s per request, must not end it.
        const put = ["smbclient", `//${host}/${share}`, "-A", authentication, "-s", configuration, "-t", "600", "-c", `put - ${name}`];
        const [program = "", ...args] = within(put);
        this.child = spawn(program, args, { cwd: this.folder });
        for (const stream of [this.child.stdout, this.child.stderr])
            stream.setEncoding("utf8").on("data", (text: string) => (this.output += text));
        // smbclient's output already shows that it has exited.
        this.child.stdin.on("error", () => undefined);
        this.gone = once(this.child, "close");
    }

    /** Writes more, as fast as smbclient reads. If smbclient has exited, `end` reports that. */
    write(data: Buffer): Promise<void> {
        return new Promise((resolve) => this.child.stdin.write(data, () => resolve()));
    }

    /** Ends the file and returns what smbclient reports: success, or why not. */
    async end(text = ""): Promise<string> {
        this.child.stdin.end(text);
        await until("smbclient ends", () => this.child.exitCode !== null || this.child.signalCode !== null);
        await this.gone;
        this.close();
        return this.output.trim();
    }

    close(): void {
        this.child.kill();
        rmSync(this.folder, { recursive: true, force: true });
    }
}
