import { readFileSync } from "node:fs";
import { join } from "node:path";
import { quote } from "../../hosts";

/** The SSH user of nodes, and what it may do there as root. */
export interface NodeSetup {
    user: string;
    /** Public key lines for its login. */
    keys: readonly string[];
    /** The wrapper in place of all of `pct exec`. */
    wrapper: boolean;
    vmids?: { first: number; last: number };
    /** The wrapper lets into privileged containers, too. */
    privileged: boolean;
}

export const WRAPPER = "/usr/local/sbin/pvesmb-pct";

export function sudoersFile({ user, wrapper }: Pick<NodeSetup, "user" | "wrapper">): string {
    const command = wrapper ? `${WRAPPER} exec *` : "/usr/sbin/pct exec *";
    return `# For pvesmb: commands in containers.\n${user} ALL=(root) NOPASSWD: ${command}\n`;
}

export function wrapperScript({ vmids, privileged }: Pick<NodeSetup, "vmids" | "privileged">): string {
    const set = (text: string, name: string, value: string | number): string =>
        text.replace(new RegExp(`^${name}=.*$`, "m"), `${name}=${value}`);
    let script = readFileSync(join(__dirname, "../../hosts/pvesmb-pct"), "utf8");
    if (vmids) script = set(set(script, "first", vmids.first), "last", vmids.last);
    return privileged ? set(script, "privileged", "yes") : script;
}

/** Lines of sh for root on each node; they may be run again. */
export function nodeCommands(setup: NodeSetup): string {
    const user = quote([setup.user]);
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
        ...(setup.wrapper ? [file(WRAPPER, "755", wrapperScript(setup))] : []),
        file("/etc/sudoers.d/pvesmb", "440", sudoersFile(setup)),
        "visudo -cqf /etc/sudoers.d/pvesmb\n",
    ].join("");
}
