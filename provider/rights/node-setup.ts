import { asset } from "../base/asset";
import { quote } from "../hosts";
import type { RemoteCommand } from "../model/permissions/feature";
import { isExec, SUDO, sudoersFile, WRAPPER } from "./sudoers";

/** The SSH user on nodes and its root commands. */
export interface NodeSetup {
    user: string;
    /** Public key lines for its login. */
    keys: readonly string[];
    /** Its commands, by feature. */
    features: readonly NodeFeature[];
    /** Allow the wrapper, not all of `pct exec`. */
    wrapper: boolean;
    vmids?: { first: number; last: number };
    /** The wrapper also allows privileged containers. */
    privileged: boolean;
}

export interface NodeFeature {
    name: string;
    commands: readonly RemoteCommand[];
}

/** The containers that the wrapper allows: one file per user. */
const SETTINGS = "/etc/pvesmb/pct";

export const rulesPath = (user: string, feature: string): string => `/etc/sudoers.d/pvesmb-${user}-${feature}`;

/** Root needs no rules. */
const needsRules = ({ user }: NodeSetup): boolean => user !== "root";

/** Whether the setup lets its user into containers through the wrapper. */
export const throughWrapper = (setup: NodeSetup): boolean => needsRules(setup) && setup.wrapper && entersContainers(setup);

export const entersContainers = ({ features }: NodeSetup): boolean => features.some(({ commands }) => commands.some(isExec));

export const wrapperScript = (): string => asset("hosts/pvesmb-pct");

export function wrapperSettings({ vmids, privileged }: Pick<NodeSetup, "vmids" | "privileged">): string {
    return `first=${vmids?.first ?? 100}\nlast=${vmids?.last ?? 999_999_999}\nprivileged=${privileged ? "yes" : "no"}\n`;
}

/** Shell lines for root on each node. They change nothing of other origin and can run again. */
export function nodeCommands(setup: NodeSetup): string {
    const user = quote([setup.user]);
    const steps = [
        ...(needsRules(setup)
            ? [
                  `prepare ${SUDO}\n`,
                  `id ${user} >/dev/null 2>&1 || useradd --create-home --shell /bin/sh -K SUB_UID_COUNT=0 -K SUB_GID_COUNT=0 ${user}\n`,
              ]
            : []),
        ...setup.keys.map((key) => keyStep("add", setup.user, key)),
        ...(throughWrapper(setup)
            ? [put(WRAPPER, "755", wrapperScript()), put(`${SETTINGS}/${setup.user}`, "644", wrapperSettings(setup))]
            : []),
        ...(needsRules(setup)
            ? [
                  ...setup.features.map(({ name, commands }) => {
                      const text = sudoersFile(setup.user, name, commands, setup.wrapper);
                      return `rules ${quote([rulesPath(setup.user, name)])} ${document(text)}`;
                  }),
                  `earlier ${user}\n`,
              ]
            : []),
    ];
    return script(steps);
}

/** Undoes nodeCommands: removes the rules of these features and what nothing else uses then. `known`: all features with rules. */
export function removalCommands(setup: NodeSetup, known: readonly string[]): string {
    const rules = (names: readonly string[]): string => quote(names.map((name) => rulesPath(setup.user, name)));
    const steps = [
        ...(needsRules(setup) ? [`rm -f ${rules(setup.features.map(({ name }) => name))}\n`] : []),
        ...(entersContainers(setup) && needsRules(setup) ? [`leave ${quote([SETTINGS, setup.user, WRAPPER])}\n`] : []),
        ...(setup.keys.length === 0
            ? []
            : [
                  needsRules(setup) ? `if unused ${rules(known)}; then\n` : "",
                  ...setup.keys.map((key) => keyStep("remove", setup.user, key)),
                  needsRules(setup) ? "fi\n" : "",
              ]),
    ];
    return script(steps);
}

/**
 * A subshell, which the shell reads to its end before it starts: a broken connection leaves nothing half done, and `exit` does not end the
 * login.
 */
const script = (steps: readonly string[]): string => `(\n${asset("rights/node-setup.sh")}\n${steps.join("")})\n`;

const document = (text: string): string => `<<'PVESMB_END'\n${text}PVESMB_END\n`;
const put = (path: string, mode: string, text: string): string => `put ${quote([path, mode])} ${document(text)}`;

/** Marks our lines, since lines of other origin are never removed. */
const TAG = "pvesmb-permissions";

function keyStep(does: "add" | "remove", user: string, key: string): string {
    const [type = "", blob = "", ...comment] = key.trim().split(/\s+/);
    return `key ${quote([does, user, blob, [type, blob, ...comment.filter((word) => word !== TAG), TAG].join(" ")])}\n`;
}
