import { asset } from "../../base/asset";
import { quote } from "../../hosts";

/** The SSH user of nodes, and what it may do there as root. */
export interface NodeSetup {
    user: string;
    /** Public key lines for its login. */
    keys: readonly string[];
    /** What it runs, as features.ts says it. */
    commands: readonly string[];
    /** The wrapper in place of all of `pct exec`. */
    wrapper: boolean;
    vmids?: { first: number; last: number };
    /** The wrapper lets into privileged containers, too. */
    privileged: boolean;
}

export const WRAPPER = "/usr/local/sbin/pvesmb-pct";

const SBIN = ["pct", "pvesm", "qm", "zfs", "zpool"];

export function sudoersFile({ user, commands, wrapper }: Pick<NodeSetup, "user" | "commands" | "wrapper">): string {
    const rules = new Set(commands.map((command) => (wrapper && isExec(command) ? `${WRAPPER} exec *` : sudoRule(command))));
    return ["# For pvesmb.\n", ...[...rules].map((rule) => `${user} ALL=(root) NOPASSWD: ${rule}\n`)].join("");
}

const isExec = (command: string): boolean => command.startsWith("pct exec ");

/**
 * A command as sudoers writes it: what is said word by word stays, the rest, from the first placeholder on, may be anything. sudo's `*`
 * matches blanks too, so a rule is no fence within its command; the features say which of them make their user root.
 */
function sudoRule(command: string): string {
    const [program = "", ...words] = command.split(" ");
    const open = words.findIndex((word) => /\.\.\.|[A-Z]{2}|[a-z]N$/.test(word));
    const literal = words.slice(0, open === -1 ? undefined : open).map((word) => word.replace(/[\\,:=]/g, "\\$&"));
    return [`/usr/${SBIN.includes(program) ? "sbin" : "bin"}/${program}`, ...literal, ...(open === -1 ? [] : ["*"])].join(" ");
}

export function wrapperScript({ vmids, privileged }: Pick<NodeSetup, "vmids" | "privileged">): string {
    const set = (text: string, name: string, value: string | number): string =>
        text.replace(new RegExp(`^${name}=.*$`, "m"), `${name}=${value}`);
    let script = asset("hosts/pvesmb-pct");
    if (vmids) script = set(set(script, "first", vmids.first), "last", vmids.last);
    return privileged ? set(script, "privileged", "yes") : script;
}

/** Lines of sh for root on each node; they may be run again. */
export function nodeCommands(setup: NodeSetup): string {
    const user = quote([setup.user]);
    const sudoers = quote([`/etc/sudoers.d/pvesmb-${setup.user}`]);
    const file = (path: string, mode: string, text: string, more = ""): string =>
        `install -m ${mode}${more} /dev/stdin ${path} <<'PVESMB_END'\n${text}PVESMB_END\n`;
    return [
        "command -v sudo >/dev/null || apt-get install -y sudo </dev/null\n",
        `id ${user} >/dev/null 2>&1 || useradd --create-home --shell /bin/sh ${user}\n`,
        ...(setup.keys.length === 0
            ? []
            : [
                  `home=$(getent passwd ${user} | cut -d: -f6)\n`,
                  `install -d -m 700 -o ${user} "$home/.ssh"\n`,
                  file('"$home/.ssh/authorized_keys"', "600", `${setup.keys.join("\n")}\n`, ` -o ${user}`),
              ]),
        ...(setup.wrapper && setup.commands.some(isExec) ? [file(WRAPPER, "755", wrapperScript(setup))] : []),
        file(sudoers, "440", sudoersFile(setup)),
        `visudo -cqf ${sudoers}\n`,
    ].join("");
}
