import { posix } from "node:path";
import type { Arguments } from "./arguments";
import { attempt } from "../machine/run";
import { dataOf } from "./pve-call";
import type { Session } from "./session";

/**
 * `pct push` and `pct pull`. They copy, and say on stderr when they could not, but their exit code is 0 all the same: PVE runs them as
 * workers whose end it does not look at (pve-api.md 2.4).
 */
export async function push(session: Session, vmid: string, { words, options }: Arguments): Promise<number> {
    const [source = "", target = ""] = words;
    const owner =
        options["user"] || options["group"]
            ? `chown ${quote(`${options["user"] ?? ""}:${options["group"] ?? ""}`)} ${quote(target)}`
            : "true";
    const mode = options["perms"] ? `chmod ${quote(options["perms"])} ${quote(target)}` : "true";
    const write = ["sh", "-c", `cat > ${quote(target)} && ${owner} && ${mode}`];
    return copy(session, vmid, (guest) => ({ from: session.nodeCommand(["cat", "--", absolute(session, source)]), to: guest(write) }));
}

export async function pull(session: Session, vmid: string, { words }: Arguments): Promise<number> {
    const [source = "", target = ""] = words;
    const write = ["sh", "-c", `cat > ${quote(absolute(session, target))}`];
    return copy(session, vmid, (guest) => ({ from: guest(["cat", "--", source]), to: session.nodeCommand(write) }));
}

interface Ends {
    from: string[];
    to: string[];
}

async function copy(session: Session, vmid: string, ends: (guest: (argv: string[]) => string[]) => Ends): Promise<number> {
    dataOf(await session.call("GET", `/nodes/${session.node}/lxc/${vmid}/config`), `pct ${session.request.argv[0]} <vmid> [OPTIONS]`);
    if (!session.guestCommand(Number(vmid), [], false)) {
        session.err(`can't copy: container '${vmid}' not running!\n`);
        return 0;
    }
    const { from, to } = ends((argv) => session.guestCommand(Number(vmid), argv, false) ?? []);
    const line = [...from.map(quote), "|", ...to.map(quote)].join(" ");
    const { stderr } = await attempt(["bash", "-o", "pipefail", "-c", line]);
    if (stderr) session.err(stderr);
    return 0;
}

function absolute(session: Session, path: string): string {
    return posix.resolve(session.request.cwd, path);
}

function quote(text: string): string {
    return `'${text.replaceAll("'", `'\\''`)}'`;
}
