import { parseArguments } from "./arguments";
import type { Arguments } from "./arguments";
import { pull, push } from "./copy";
import { execute } from "./exec";
import { dataOf, waitForTask } from "./pve-call";
import { CommandError } from "./session";
import type { Session } from "./session";

type Command = (session: Session, vmid: string, args: Arguments) => Promise<number>;

const lxc = (session: Session, vmid: string): string => `/nodes/${session.node}/lxc/${vmid}`;

/** A command whose worker's failure is its own: start, stop, shutdown, destroy. */
function task(method: "POST" | "DELETE", path: string): Command {
    return async (session, vmid, { options }) => {
        const upid = dataOf(await session.call(method, `${lxc(session, vmid)}${path}`, options), `${usage(session)}\n`);
        const end = await waitForTask(session.call, String(upid));
        if (end !== "OK" && !/^WARNINGS: \d+$/.test(end)) throw new CommandError(end);
        return 0;
    };
}

const commands: Record<string, Command> = {
    exec: async (session, vmid, { words, options, rest }) => {
        const argv = [...words, ...rest];
        const keep = options["keep-env"] !== "0";
        const command = session.guestCommand(Number(vmid), argv, keep);
        if (!command) throw await notRunning(session, vmid);
        return execute(session, command, session.request.env);
    },
    push,
    pull,
    start: task("POST", "/status/start"),
    stop: task("POST", "/status/stop"),
    shutdown: task("POST", "/status/shutdown"),
    reboot: task("POST", "/status/reboot"),
    destroy: task("DELETE", ""),
    status: async (session, vmid) => {
        const data = dataOf(await session.call("GET", `${lxc(session, vmid)}/status/current`), usage(session)) as { status: string };
        session.out(`status: ${data.status}\n`);
        return 0;
    },
    config: async (session, vmid, { options }) => {
        const current: Record<string, string> = options["current"] === "1" ? { current: "1" } : {};
        const data = dataOf(await session.call("GET", `${lxc(session, vmid)}/config`, current), usage(session)) as Record<string, unknown>;
        const keys = Object.keys(data)
            .filter((key) => key !== "digest")
            .sort();
        for (const key of keys.filter((name) => name !== "lxc")) session.out(`${key}: ${configValue(key, data[key])}\n`);
        for (const [key, value] of (data["lxc"] ?? []) as [string, string][]) session.out(`${key}: ${value}\n`);
        return 0;
    },
    set: async (session, vmid, { options }) => {
        dataOf(await session.call("PUT", `${lxc(session, vmid)}/config`, options), usage(session));
        return 0;
    },
    // Unlike start and stop, resize does not tell when its worker failed.
    resize: async (session, vmid, { words, options }) => {
        const [disk = "", size = ""] = words;
        const upid = dataOf(await session.call("PUT", `${lxc(session, vmid)}/resize`, { disk, size, ...options }), usage(session));
        if (typeof upid === "string") await waitForTask(session.call, upid);
        return 0;
    },
    unlock: async (session, vmid) => {
        dataOf(await session.call("PUT", `${lxc(session, vmid)}/config`, { delete: "lock", skiplock: "1" }), usage(session));
        return 0;
    },
};

/** `pct`, as far as the lab knows it. */
export async function pct(session: Session): Promise<number> {
    const [name = "", ...argv] = session.request.argv;
    if (name === "list") return list(session);
    if (name === "rescan") {
        const { vmid } = parseArguments(argv).options;
        await session.rescan(vmid === undefined ? undefined : Number(vmid));
        return 0;
    }
    const command = commands[name];
    if (!command) throw new CommandError(`ERROR: unknown command 'pct ${name}'`);
    const { words, ...rest } = parseArguments(argv);
    const [vmid, ...others] = words;
    if (vmid === undefined) throw new CommandError(`400 not enough arguments\n${usage(session)}`);
    return command(session, vmid, { words: others, ...rest });
}

async function list(session: Session): Promise<number> {
    const rows = dataOf(await session.call("GET", `/nodes/${session.node}/lxc`), "") as {
        vmid: number;
        status: string;
        lock?: string;
        name?: string;
    }[];
    const line = (...cells: string[]): string => cells.map((cell, index) => cell.padEnd([10, 10, 12, 20][index] ?? 0)).join(" ");
    if (rows.length > 0) session.out(`${line("VMID", "Status", "Lock", "Name")}\n`);
    const sorted = [...rows].sort((a, b) => a.vmid - b.vmid);
    for (const row of sorted) session.out(`${line(String(row.vmid), row.status, row.lock ?? "", row.name ?? "")}\n`);
    return 0;
}

/** Why a command can't be run in this guest: it isn't there, or it doesn't run. */
async function notRunning(session: Session, vmid: string): Promise<CommandError> {
    dataOf(await session.call("GET", `${lxc(session, vmid)}/config`), usage(session));
    return new CommandError(`container '${vmid}' not running!`);
}

function configValue(key: string, value: unknown): string {
    const text = String(value);
    return key === "description" ? encodeURIComponent(text) : text;
}

function usage(session: Session): string {
    return `pct ${session.request.argv[0] ?? ""} <vmid> [OPTIONS]`;
}
