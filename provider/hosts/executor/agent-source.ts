import { asset } from "../../base/asset";
import { HOST_LOCK, SHARED_LOCK } from "../batch";

/** The executor's Python modules, dependencies first. */
const MODULES = [
    "clock",
    "acl",
    "files",
    "commands",
    "btrfs",
    "projects",
    "ledger",
    "journal",
    "assembling",
    "file_steps",
    "carrying",
    "below",
    "spelling",
    "places",
    "command_steps",
    "asking",
    "daemons",
    "scope",
    "looks",
    "batch",
    "agent",
] as const;

/** Reads the length of a JSON list of [name, text], then the list, and makes a module of each. The rest of stdin belongs to the agent. */
const LOADER = [
    "import sys,json,types",
    "b=sys.stdin.buffer",
    "for n,t in json.loads(b.read(int(b.readline()))):m=sys.modules[n]=types.ModuleType(n);exec(compile(t,n+'.py','exec'),m.__dict__)",
].join("\n");

/** Files of the agent on its host. */
export interface Places {
    lock: string;
    /** A directory. */
    journal: string;
    /** Names a further lock, on a file system of several hosts, if there is one; see SHARED_LOCK. */
    shared: string;
}

export const PLACES: Places = { lock: HOST_LOCK, journal: "/var/lib/pvesmb/journal", shared: SHARED_LOCK };

/**
 * The distribution's Python, not the first one in the login's PATH. -I, -S: ignores the host's Python environment. -X utf8: text is UTF-8
 * in any locale.
 */
export function agentCommand({ lock, journal, shared }: Places): string[] {
    return ["/usr/bin/python3", "-I", "-S", "-X", "utf8", "-W", "ignore", "-c", LOADER, lock, journal, shared];
}

let program: Buffer | undefined;

/** Sent to the agent's stdin first. */
export function agentProgram(): Buffer {
    if (program === undefined) {
        const modules = Buffer.from(JSON.stringify(MODULES.map((name) => [name, asset(`hosts/executor/agent/${name}.py`)])));
        program = Buffer.concat([Buffer.from(`${modules.length}\n`), modules]);
    }
    return program;
}
