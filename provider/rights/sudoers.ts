import type { RemoteCommand, Word } from "../model/permissions/feature";
import { EXEC } from "../model/permissions/features";

/**
 * The first sudo with regular expressions (sudoers(5)); Proxmox VE 8 has 1.9.13. An older one would take them as literal text and allow
 * nothing.
 */
export const SUDO = "1.9.10";

export const WRAPPER = "/usr/local/sbin/pvesmb-pct";

const SBIN = ["pct", "pvesm", "zfs"];

/** The root commands of one feature, one rule per command. */
export function sudoersFile(user: string, feature: string, commands: readonly RemoteCommand[], wrapper: boolean): string {
    const rules = commands.map((command) => `${user} ALL=(root) NOPASSWD: ${sudoRule(command, wrapper)}\n`);
    return `# For pvesmb: ${feature}. Made by \`npx pvesmb permissions\`, which also takes it away (--remove).\n${rules.join("")}`;
}

/**
 * A command with all its arguments as one regular expression: wildcards also match blanks and so would allow more options. Without words
 * any arguments are allowed; the feature then says that its user is root.
 */
export function sudoRule(command: RemoteCommand, wrapper: boolean): string {
    const { program, words } = command;
    const path = wrapper && isExec(command) ? WRAPPER : `/usr/${SBIN.includes(program) ? "sbin" : "bin"}/${program}`;
    return words === undefined ? path : `${path} ^${words.map(pattern).join(" ")}$`;
}

export const isExec = (command: RemoteCommand): boolean => command === EXEC;

const pattern = (word: string | Word): string =>
    typeof word === "string" ? word.replaceAll(/[.*+?()[\]{}|^$\\]/g, "\\$&") : `(${word.pattern})`;
