import type { Log } from "../base/log";
import { meant } from "../base/nearest";
import { quote } from "../hosts";
import { type Feature, needsOf, type RemoteCommand, type Scope, spots, united } from "../model/permissions/feature";
import { type FeatureName, featureNames, featureOf } from "../model/permissions/features";
import { entersContainers, nodeCommands, type NodeSetup, removalCommands, throughWrapper } from "../rights/node-setup";
import { grantCommands, type Grantee, revokeCommands, roleName } from "../rights/pveum";
import { sudoRule, WRAPPER } from "../rights/sudoers";
import { Misuse } from "./arguments";
import { permissionsOptions, type PermissionsOptions, USUAL } from "./permissions-options";

export async function permissions(args: string[], log: Log): Promise<number> {
    log.info(printed(permissionsOptions(args)));
    return 0;
}

function printed(values: PermissionsOptions): string {
    const names = featuresOf(values.feature);
    const chosen = names.map(featureOf);
    const scope = scopeOf(values, chosen);
    const release = Number(values.pve);
    const needs = needsOf(
        chosen.map((feature) => ({ feature, scope })),
        release,
    );
    const grants = united(needs);
    const grantee: Grantee = { user: values.user, ...(values.token === "" ? {} : { token: `${values.user}!${values.token}` }) };
    const setup = setupOf(values, names);
    const warnings = { rootEquivalent: rootEquivalents(chosen), reach: reaches(chosen, release) };
    if (values.json)
        return JSON.stringify({
            ...grantee,
            grants: [...grants].map(([path, privileges]) => ({ path, privileges, role: roleName(path, privileges) })),
            ssh: setup && inJson(setup),
            ...warnings,
        });
    const { api, node } = values.remove ? removal : giving;
    return [
        ...(values.remove ? [] : warnings.rootEquivalent.map((text) => `# Warning: as powerful as root: to ${text}.\n`)),
        ...(values.remove ? [] : warnings.reach.map((text) => `# Mind: to ${text}.\n`)),
        ...(values.only === "node" ? [] : [api(grants, grantee, values.pool)]),
        ...(values.only === "api" || setup === undefined ? [] : [node(setup)]),
    ]
        .join("")
        .trimEnd();
}

/** A command line for the usual features. */
const EXAMPLE = "--pool files --storage local-zfs --template-storage local --bridge vmbr0";

const ON_ONE = "# On one node of the cluster, as root.\n";
const AGAIN = "# Messages that something already exists are expected on a second run.\n";
const ON_EACH = "# On every node of the cluster, as root.\n";
const ON_HOST = "# On the host of the gateway, as root.\n";

/** Only hosts that are there already. */
const onHosts = ({ features }: NodeSetup): boolean =>
    features.every(({ name }) => (featureOf(name as FeatureName).commands ?? []).every(({ on }) => on === "host"));

/** The modes whose gateways are on such hosts. */
const modesOf = ({ features }: NodeSetup): string =>
    features.map(({ name }) => JSON.stringify(featureOf(name as FeatureName).mode)).join(" or ");

const giving = {
    /** Continue when a command fails because its object already exists: roles are named after their privileges. */
    api: (grants: Map<string, string[]>, { user, token }: Grantee, pool: string | undefined): string => {
        const tokenid = token?.split("!")[1];
        const made = [
            ...(pool === undefined ? [] : [["pveum", "pool", "add", pool]]),
            ...(user.endsWith("@pam") ? [] : [["pveum", "user", "add", user]]),
            ...(tokenid === undefined ? [] : [["pveum", "user", "token", "add", user, tokenid, "--privsep", "1"]]),
            ...grantCommands(grants, { user, token }),
        ];
        const lines = made.map((argv) => `${quote(argv)}${argv.includes("add") ? " || true" : ""}\n`);
        const use = tokenid === undefined ? "" : `# The token's secret is shown once: PROXMOX_VE_API_TOKEN='${user}!${tokenid}=SECRET'\n`;
        return `${ON_ONE}${AGAIN}${use}${lines.join("")}`;
    },

    /** pvesmb only needs settings for what was installed. */
    node: (setup: NodeSetup): string => {
        if (onHosts(setup))
            return `${ON_HOST}# For pvesmb: mode: ${modesOf(setup)}, ssh: { host: ..., user: "${setup.user}" }\n${nodeCommands(setup)}`;
        const variables = [
            `PROXMOX_VE_SSH_USERNAME=${setup.user}`,
            ...(entersContainers(setup) ? ["PVESMB_SSH_VIA=node"] : []),
            ...(throughWrapper(setup) ? [`PVESMB_SSH_PCT=${WRAPPER}`] : []),
        ];
        return `${ON_EACH}# For pvesmb: ${variables.join(" ")}\n${nodeCommands(setup)}`;
    },
};

const removal: typeof giving = {
    api: (grants, grantee) => {
        const lines = revokeCommands(grants, grantee).map((argv) => `${quote(argv)} || true\n`);
        const stays = [grantee.token === undefined ? undefined : `token ${grantee.token}`, `user ${grantee.user}`].filter(Boolean);
        return `${ON_ONE}# What stays: roles, pool, ${stays.join(", ")}.\n${lines.join("")}`;
    },
    node: (setup) =>
        `${onHosts(setup) ? ON_HOST : ON_EACH}# What stays: the account ${setup.user}, and its keys while it has other rules.\n${removalCommands(setup, featuresOnNodes())}`,
};

const rootEquivalents = (chosen: readonly Feature[]): string[] =>
    chosen.flatMap(({ rootEquivalent, purpose }) => (rootEquivalent === undefined ? [] : [`${purpose}: ${rootEquivalent}`]));

const reaches = (chosen: readonly Feature[], release: number): string[] =>
    chosen.flatMap(({ reach, purpose }) =>
        reach === undefined || release > (reach.until ?? Infinity) ? [] : [`${purpose}: ${reach.text}`],
    );

function featuresOf(given: readonly string[]): FeatureName[] {
    const wanted = new Set(given.length > 0 ? given : [USUAL]);
    const unknown = given.find((name) => name !== USUAL && !featureNames.some((each) => each === name));
    if (unknown !== undefined) {
        const all = [USUAL, ...featureNames];
        throw new Misuse(`--feature: there is no feature ${unknown}${meant(unknown, all) || `; there are ${all.join(", ")}`}`);
    }
    return featureNames.filter((name) => wanted.has(name) || (featureOf(name).usual && wanted.has(USUAL)));
}

/** The option that fills each slot of the paths. */
function scopeOf(values: PermissionsOptions, chosen: readonly Feature[]): Scope {
    const scope: Scope = {
        guests: spots(values.pool === undefined ? "vms" : `pool/${values.pool}`),
        storage: spots(...values.storage),
        "template-storage": spots(...values["template-storage"]),
        bridge: spots(...values.bridge),
        owner: spots(...values.owner.map((vmid) => `vms/${vmid}`)),
    };
    const paths = chosen.flatMap(({ grants }) => grants.map(({ path }) => path));
    const empty = Object.keys(scope).filter((slot) => scope[slot]?.length === 0 && paths.some((path) => path.includes(`{${slot}}`)));
    if (empty.length > 0)
        throw new Misuse(
            `${empty.map((slot) => `--${slot}`).join(", ")}: needed for these features, as in \`npx pvesmb permissions ${EXAMPLE}\`; see --help`,
        );
    return scope;
}

const nodeCommandsOf = (name: FeatureName): RemoteCommand[] =>
    (featureOf(name).commands ?? []).filter(({ on }) => on !== "container").flatMap(({ commands }) => commands);

const featuresOnNodes = (): FeatureName[] => featureNames.filter((name) => nodeCommandsOf(name).length > 0);

function setupOf(values: PermissionsOptions, chosen: readonly FeatureName[]): NodeSetup | undefined {
    const features = featuresOnNodes()
        .filter((name) => chosen.includes(name))
        .map((name) => ({ name, commands: nodeCommandsOf(name) }));
    if (features.length === 0) return undefined;
    const [first, last] = (values.vmids ?? "").split("-").map(Number);
    return {
        user: values["ssh-user"],
        keys: values["ssh-public-key"],
        features,
        wrapper: !values["no-wrapper"],
        ...(first === undefined || last === undefined ? {} : { vmids: { first, last } }),
        privileged: chosen.includes("privileged-container"),
    };
}

/** Prints the rules and omits the features that they come from. */
const inJson = ({ features, ...setup }: NodeSetup): object => ({
    ...setup,
    rules: Object.fromEntries(features.map(({ name, commands }) => [name, commands.map((each) => sudoRule(each, setup.wrapper))])),
});
