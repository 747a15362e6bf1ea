import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Outcome, start } from "./process";
import { runDirectory } from "./run-directory";
import { spending } from "./spent";
import type { Within } from "./stack";

export interface Login {
    user: string;
    password: string;
}

export interface Unc {
    /** Name or address. */
    host: string;
    share: string;
}

/** smbclient gives a server 20 s for each request, which is little for one with a login on a busy machine. */
export const PATIENT = ["-t", "120"];

/**
 * Runs one of Samba's clients as a user. `argv` gets the options for login and configuration, and a folder of its own. The password is in a
 * file that only we can read, never in argv. The configuration is empty, so that the machine's /etc/samba does not influence a test.
 */
export async function asUser(
    within: Within,
    login: Login,
    argv: (options: string[], folder: string) => string[],
    { timeout = 240, settings = (_folder: string): string => "" } = {},
): Promise<Outcome> {
    const folder = mkdtempSync(join(runDirectory(), "smb-"));
    try {
        const authentication = join(folder, "login");
        writeFileSync(authentication, `username = ${login.user}\npassword = ${login.password}\n`, { mode: 0o600 });
        const configuration = join(folder, "smb.conf");
        writeFileSync(configuration, `[global]\n${settings(folder)}`);
        const command = within(argv(["-A", authentication, "-s", configuration], folder));
        return await spending("client", () => start(command, { cwd: folder, timeout }).done);
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

/** Runs smbclient commands (`put a b; ls`) on a share. */
export function smbclient(within: Within, { host, share }: Unc, login: Login, commands: string, flags: string[] = []): Promise<Outcome> {
    return asUser(within, login, (options) => ["smbclient", `//${host}/${share}`, ...PATIENT, ...options, ...flags, "-c", commands]);
}

/** The output of rpcclient for these commands (`netshareenum; lookupnames alice`). */
export async function rpcclient(within: Within, host: string, login: Login, commands: string): Promise<string> {
    return (await asUser(within, login, (options) => ["rpcclient", host, ...options, "-c", commands])).output;
}

/** Changes a user's own password from the workstation and returns smbpasswd's output. Both passwords go through stdin. */
export async function changePassword(within: Within, host: string, { user, password }: Login, chosen: string): Promise<string> {
    const argv = within(["smbpasswd", "-c", "/dev/null", "-s", "-r", host, "-U", user]);
    const { output } = await spending("client", () => start(argv, { input: `${password}\n${chosen}\n${chosen}\n`, timeout: 240 }).done);
    return output;
}

/** The output of rpcclient without a login. */
export async function anonymously(within: Within, host: string, commands: string): Promise<string> {
    const argv = within(["rpcclient", host, "-s", "/dev/null", "-N", "-U", "", "-c", commands]);
    return (await spending("client", () => start(argv, { timeout: 240 }).done)).output;
}

/** Writes a file over SMB. If that is refused, throws with smbclient's message. */
export function putFile(within: Within, unc: Unc, login: Login, name: string, content: string, flags?: string[]): Promise<void> {
    return withScratchFile(async (file) => {
        writeFileSync(file, content);
        await accepted(`put ${name}`, unc, login, smbclient(within, unc, login, `put ${file} ${name}`, flags));
    });
}

/** Reads a file over SMB. */
export function getFile(within: Within, unc: Unc, login: Login, name: string, flags?: string[]): Promise<string> {
    return withScratchFile(async (file) => {
        await accepted(`get ${name}`, unc, login, smbclient(within, unc, login, `get ${name} ${file}`, flags));
        return readFileSync(file, "utf8");
    });
}

/** The shares that a server lists for a user, with their comments. */
export async function listShares(within: Within, host: string, login: Login): Promise<Record<string, string>> {
    const outcome = await smbclient(within, { host, share: "IPC$" }, login, "", ["--list", host, "--grepable"]);
    await accepted("a list", { host, share: "IPC$" }, login, Promise.resolve(outcome));
    const rows = outcome.stdout.split("\n").map((line) => line.split("|"));
    return Object.fromEntries(rows.flatMap(([type, name = "", comment = ""]) => (type === "Disk" ? [[name, comment]] : [])));
}

async function accepted(what: string, unc: Unc, login: Login, running: Promise<Outcome>): Promise<void> {
    const outcome = await running;
    if (outcome.code !== 0) throw new Error(`${what} on ${unc.share} as ${login.user} was refused: ${outcome.output.trim()}`);
}

async function withScratchFile<T>(use: (file: string) => Promise<T>): Promise<T> {
    const folder = mkdtempSync(join(runDirectory(), "file-"));
    try {
        return await use(join(folder, "content"));
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}
