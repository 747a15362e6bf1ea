import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runDirectory } from "./run-directory";
import { type Login, PATIENT, type Unc } from "./smb-client";
import type { Within } from "./stack";
import { until } from "./until";

const PROMPT = /smb: [^\n]*> $/;

/** One smbclient that stays connected and runs commands one after the other, like a user's open session. */
export class SmbSession {
    private output = "";

    private constructor(
        private readonly child: ChildProcessWithoutNullStreams,
        private readonly name: string,
    ) {
        child.stdout.setEncoding("utf8").on("data", (text: string) => (this.output += text));
        child.stdin.on("error", () => undefined);
    }

    /** Throws with smbclient's message if the server refuses. */
    static async open(within: Within, { host, share }: Unc, login: Login): Promise<SmbSession> {
        const folder = mkdtempSync(join(runDirectory(), "session-"));
        const authentication = join(folder, "login");
        const configuration = join(folder, "smb.conf");
        writeFileSync(authentication, `username = ${login.user}\npassword = ${login.password}\n`, { mode: 0o600 });
        writeFileSync(configuration, "[global]\n");
        const smbclient = ["smbclient", `//${host}/${share}`, ...PATIENT, "-A", authentication, "-s", configuration];
        // One pipe for both streams: the prompt goes to stdout and most answers to stderr, and the order of two pipes is undefined.
        const [program = "", ...args] = within(["sh", "-c", 'exec "$@" 2>&1', "sh", ...smbclient]);
        const session = new SmbSession(
            spawn(program, args, { cwd: folder, env: { ...process.env, CLI_FORCE_INTERACTIVE: "1" } }),
            `${login.user} on ${share}`,
        );
        try {
            await session.prompt();
        } catch (error) {
            session.close();
            throw error;
        } finally {
            rmSync(folder, { recursive: true, force: true });
        }
        return session;
    }

    /** The output of a command, including NT_STATUS errors. */
    async run(command: string): Promise<string> {
        this.output = "";
        this.child.stdin.write(`${command}\n`);
        return this.prompt();
    }

    /** Waits until the server has ended it, which smbd does when the session's process gets to it, and returns what the client says then. */
    ended(): Promise<string> {
        return until(`the session of ${this.name} is ended`, async () => {
            const said = await this.run("ls").catch(String);
            return /NT_STATUS|ended/.test(said) && said;
        });
    }

    private async prompt(): Promise<string> {
        await until(`smbclient of ${this.name} answers`, () => PROMPT.test(this.output) || this.child.exitCode !== null);
        if (!PROMPT.test(this.output)) throw new Error(`smbclient of ${this.name} ended: ${this.output.trim()}`);
        return this.output.replace(PROMPT, "").trim();
    }

    close(): void {
        this.child.kill();
    }
}
