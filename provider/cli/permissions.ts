import type { Log } from "../base/log";
import { quote } from "../hosts";
import { type Feature, needsOf, type Scope, spots, united } from "../model/permissions/feature";
import { featureNames, featureOf } from "../model/permissions/features";
import { nodeCommands, type NodeSetup, WRAPPER } from "../resources/permissions/node-setup";
import { grantCommands, type Grantee, roleName } from "../resources/permissions/pveum";
import { Misuse, permissionsOptions, type PermissionsOptions, USUAL } from "./permissions-options";

export async function permissions(args: string[], log: Log): Promise<number> {
    try {
        log.info(printed(permissionsOptions(args)));
        return 0;
    } catch (error) {
        if (!(error instanceof Misuse)) throw error;
        log.warn(`pvesmb permissions: ${error.message}`);
        return 2;
    }
}

function printed(values: PermissionsOptions): string {
    const chosen = featuresOf(values.feature);
    const scope = scopeOf(values, chosen);
    const grants = united(
        needsOf(
            chosen.map((feature) => ({ feature, scope })),
            Number(values.pve),
        ),
    );
    const grantee: Grantee = { user: values.user, ...(values.token === "" ? {} : { token: `${values.user}!${values.token}` }) };
    const setup = setupOf(values, chosen);
    if (values.json)
        return JSON.stringify({
            ...grantee,
            grants: [...grants].map(([path, privileges]) => ({ path, privileges, role: roleName(path, privileges) })),
            ssh: setup,
            rootEquivalent: warnings(chosen),
        });
    return [
        ...warnings(chosen).map((text) => `# Mind: ${text}.\n`),
        ...(values.only === "node" ? [] : [apiPart(grants, grantee, values.pool)]),
        ...(values.only === "api" || setup === undefined ? [] : [nodePart(setup)]),
    ]
        .join("")
        .trimEnd();
}

/** Commands that fail because what they make is there already are no failure: roles are named after their privileges. */
function apiPart(grants: Map<string, string[]>, { user, token }: Grantee, pool: string | undefined): string {
    const tokenid = token?.split("!")[1];
    const made = [
        ...(pool === undefined ? [] : [["pveum", "pool", "add", pool]]),
        ...(user.endsWith("@pam") ? [] : [["pveum", "user", "add", user]]),
        ...(tokenid === undefined ? [] : [["pveum", "user", "token", "add", user, tokenid, "--privsep", "1"]]),
        ...grantCommands(grants, { user, token }),
    ];
    const lines = made.map((argv) => `${quote(argv)}${argv.includes("add") ? " || true" : ""}\n`);
    const use = tokenid === undefined ? "" : `# The token's secret is shown once: PROXMOX_VE_API_TOKEN='${user}!${tokenid}=SECRET'\n`;
    return `# On one node of the cluster, as root.\n${use}${lines.join("")}`;
}

function nodePart(setup: NodeSetup): string {
    const variables = [
        `PROXMOX_VE_SSH_USERNAME=${setup.user}`,
        "PVESMB_SSH_VIA=node",
        ...(setup.wrapper ? [`PVESMB_SSH_PCT=${WRAPPER}`] : []),
    ];
    return `# On every node of the cluster, as root.\n# For pvesmb: ${variables.join(" ")}\n${nodeCommands(setup)}`;
}

const warnings = (chosen: readonly Feature[]): string[] =>
    chosen.flatMap(({ rootEquivalent, purpose }) => (rootEquivalent === undefined ? [] : [`to ${purpose}: ${rootEquivalent}`]));

function featuresOf(names: readonly string[]): Feature[] {
    const wanted = new Set(names.length > 0 ? names : [USUAL]);
    const unknown = names.find((name) => name !== USUAL && !featureNames.some((each) => each === name));
    if (unknown !== undefined) throw new Misuse(`--feature: there is no ${unknown}; there are ${USUAL}, ${featureNames.join(", ")}`);
    return featureNames
        .map((name) => ({ name, feature: featureOf(name) }))
        .filter(({ name, feature }) => wanted.has(name) || (feature.usual && wanted.has(USUAL)))
        .map(({ feature }) => feature);
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
    if (empty.length > 0) throw new Misuse(`${empty.map((slot) => `--${slot}`).join(", ")}: needed for these features`);
    return scope;
}

function setupOf(values: PermissionsOptions, chosen: readonly Feature[]): NodeSetup | undefined {
    const commands = chosen.flatMap((feature) =>
        (feature.commands ?? []).filter(({ on }) => on === "node").flatMap((each) => each.commands),
    );
    if (commands.length === 0) return undefined;
    const [first, last] = (values.vmids ?? "").split("-").map(Number);
    return {
        user: values["ssh-user"],
        keys: values["ssh-public-key"],
        commands,
        wrapper: !values["no-wrapper"],
        ...(first === undefined || last === undefined ? {} : { vmids: { first, last } }),
        privileged: chosen.includes(featureOf("privileged-container")),
    };
}
