import { asset } from "../base/asset";
import { quote } from "../hosts";
import type { RemoteCommand } from "../model/permissions/feature";
import { isExec, SUDO, sudoersFile, WRAPPER } from "./sudoers";

/** The SSH user of nodes, and what it may do there as root. */
export interface NodeSetup {
    user: string;
    /** Public key lines for its login. */
    keys: readonly string[];
    /** What it runs, by feature. */
    features: readonly NodeFeature[];
    /** The wrapper in place of all of `pct exec`. */
    wrapper: boolean;
    vmids?: { first: number; last: number };
    /** The wrapper lets into privileged containers, too. */
    privileged: boolean;
}

export interface NodeFeature {
    name: string;
    commands: readonly RemoteCommand[];
}

/** Which containers the wrapper lets its user into: a file per user. */
const SETTINGS = "/etc/pvesmb/pct";

export const rulesPath = (user: string, feature: string): string => `/etc/sudoers.d/pvesmb-${user}-${feature}`;

/** Root needs no rules. */
const needsRules = ({ user }: NodeSetup): boolean => user !== "root";

/** Whether what is installed lets its user into containers by the wrapper. */
export const throughWrapper = (setup: NodeSetup): boolean => needsRules(setup) && setup.wrapper && entersContainers(setup);

export const entersContainers = ({ features }: NodeSetup): boolean => features.some(({ commands }) => commands.some(isExec));

export const wrapperScript = (): string => asset("hosts/pvesmb-pct");

export function wrapperSettings({ vmids, privileged }: Pick<NodeSetup, "vmids" | "privileged">): string {
    return `first=${vmids?.first ?? 100}\nlast=${vmids?.last ?? 999_999_999}\nprivileged=${privileged ? "yes" : "no"}\n`;
}

/** Lines of sh for root on each node. They add what is not there and change nothing that others have made; they may be run again. */
export function nodeCommands(setup: NodeSetup): string {
    const user = quote([setup.user]);
    const steps = [
        ...(needsRules(setup)
            ? [`prepare ${SUDO}\n`, `id ${user} >/dev/null 2>&1 || useradd --create-home --shell /bin/sh ${user}\n`]
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

/** The way back: takes away the rules of these features, and what nothing else needs then. `known` are all features that have rules. */
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

/** In a subshell, which the shell reads to its end before it begins: a connection that breaks leaves nothing half done, `exit` ends no login. */
const script = (steps: readonly string[]): string => `(\n${asset("rights/node-setup.sh")}\n${steps.join("")})\n`;

const document = (text: string): string => `<<'PVESMB_END'\n${text}PVESMB_END\n`;
const put = (path: string, mode: string, text: string): string => `put ${quote([path, mode])} ${document(text)}`;

/** Says whose line it is, since what was there before is never taken away. */
const TAG = "pvesmb-permissions";

function keyStep(does: "add" | "remove", user: string, key: string): string {
    const [type = "", blob = "", ...comment] = key.trim().split(/\s+/);
    return `key ${quote([does, user, blob, [type, blob, ...comment.filter((word) => word !== TAG), TAG].join(" ")])}\n`;
}
