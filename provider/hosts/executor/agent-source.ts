import { asset } from "../../base/asset";

/** The executor's Python modules, each after those that it imports. */
const MODULES = [
    "clock",
    "acl",
    "files",
    "commands",
    "btrfs",
    "projects",
    "ledger",
    "journal",
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

/** Reads the length of a JSON list of [name, text], then that list, and makes each a module. What follows on stdin is the agent's. */
const LOADER = [
    "import sys,json,types",
    "b=sys.stdin.buffer",
    "for n,t in json.loads(b.read(int(b.readline()))):m=sys.modules[n]=types.ModuleType(n);exec(compile(t,n+'.py','exec'),m.__dict__)",
].join("\n");

/** The distribution's own Python, not what a login's PATH puts before it. -I, -S: nothing of the host's Python environment. -X utf8: text is UTF-8 whatever the host's locale. */
export function agentCommand(lock: string, journal: string): string[] {
    return ["/usr/bin/python3", "-I", "-S", "-X", "utf8", "-W", "ignore", "-c", LOADER, lock, journal];
}

let program: Buffer | undefined;

/** What goes first to the agent's stdin. */
export function agentProgram(): Buffer {
    if (program === undefined) {
        const modules = Buffer.from(JSON.stringify(MODULES.map((name) => [name, asset(`hosts/executor/agent/${name}.py`)])));
        program = Buffer.concat([Buffer.from(`${modules.length}\n`), modules]);
    }
    return program;
}
