import { PvesmbError } from "../base/errors";
import { quote } from "../hosts";
import { type FeatureName, featureNames, featureOf } from "../model/permissions/features";
import { type Feature, type Need, needsOf, type Scope, united } from "../model/permissions/feature";
import { alternatives, holds, knownPermissions, type Permissions } from "../proxmox/access";
import type { Pve } from "../proxmox/client/client";
import { readVersion } from "../proxmox/version";
import { grantCommands, granteeOf } from "./pveum";

/** A feature used by a resource, and where. */
export interface Use {
    feature: FeatureName;
    scope: Scope;
}

/**
 * Throws Denied with everything the caller lacks for these uses and how to grant it, and with `doubts` (names that may be misspelt).
 * Permissions are read once per connection, and again if some seem missing, because rights from a pool come with the guest; if unreadable,
 * the calls themselves decide.
 */
export async function checkRights(pve: Pve, uses: readonly Use[], doubts: readonly string[] = []): Promise<void> {
    const used = uses.map(({ feature, scope }) => ({ feature: featureOf(feature), scope }));
    const needs = needsOf(used, used.some(byRelease) ? (await readVersion(pve)).major : 0);
    const closed = used.map(({ feature }) => feature).filter(({ rootOnly }) => rootOnly !== undefined && pve.identity !== "root@pam");
    let permissions = await knownPermissions(pve);
    if (permissions && lacking(permissions, needs).length > 0) permissions = await knownPermissions(pve, permissions);
    const missing = permissions ? lacking(permissions, needs) : [];
    if (missing.length + closed.length === 0) return;
    const pools = permissions === undefined ? [] : poolsWith(permissions, missing);
    const text = report(pve.identity, missing, closed, advice(permissions, needs, missing), { pools, doubts });
    throw new PvesmbError("Denied", text, { dispatched: false });
}

/** Pools that grant what the caller lacks on the guest's own path: it is enough to put the gateway into one. */
function poolsWith(permissions: Permissions, missing: readonly Need[]): string[] {
    const atGuest = missing.filter(({ give }) => give === "vms" || give.startsWith("/vms")).flatMap(({ privileges }) => privileges);
    if (atGuest.length === 0) return [];
    return [...permissions.keys()].filter((path) => path.startsWith("/pool/") && atGuest.every((each) => holds(permissions, path, each)));
}

const byRelease = ({ feature }: { feature: Feature }): boolean =>
    feature.grants.some(({ since, until }) => since !== undefined || until !== undefined);

/** Unmet needs with their missing privileges. */
function lacking(permissions: Permissions, needs: readonly Need[]): Need[] {
    const held = (paths: readonly string[], privilege: string): boolean =>
        paths.flatMap((path) => alternatives(permissions, path)).some((path) => holds(permissions, path, privilege));
    return needs.flatMap((need) => {
        const missing = need.privileges.filter((privilege) => !held(need.at, privilege));
        return missing.length === 0 || (need.any && missing.length < need.privileges.length) ? [] : [{ ...need, privileges: missing }];
    });
}

/**
 * What to grant at each path with missing rights: all that is needed there, and what the caller already has there, because a new ACL hides
 * inherited ones.
 */
function advice(permissions: Permissions | undefined, needs: readonly Need[], missing: readonly Need[]): Map<string, string[]> {
    const all = united(needs);
    const known = [...new Set(featureNames.flatMap((name) => featureOf(name).grants.flatMap(({ privileges }) => privileges)))];
    return new Map(
        [...new Set(missing.map(({ give }) => give))].map((path) => {
            const held = known.filter((privilege) => permissions && holds(permissions, path, privilege));
            return [path, [...new Set([...(all.get(path) ?? []), ...held])].sort()];
        }),
    );
}

function report(
    identity: string,
    missing: readonly Need[],
    closed: readonly Feature[],
    grants: Map<string, string[]>,
    { pools, doubts }: { pools: readonly string[]; doubts: readonly string[] },
): string {
    const lines = [
        ...sentences(missing),
        ...closed.map(
            ({ purpose, rootOnly }) => `root@pam with a password (username and password instead of apiToken), to ${purpose}: ${rootOnly}`,
        ),
    ];
    const commands = grantCommands(grants, granteeOf(identity)).map(quote);
    const named = missing.some(({ give }) => /^\/(storage|sdn|pool)\//.test(give));
    const inPool = pools.map((path) => `\`pool: ${JSON.stringify(path.slice("/pool/".length))}\``).join(" or ");
    return [
        `${identity} is missing these privileges (nothing has been changed):`,
        ...lines.map((line) => `  ${line}`),
        ...(pools.length > 0 ? [`It has these privileges in a pool: set ${inPool} on the gateway, and none are needed on /vms.`] : []),
        ...doubts,
        ...(named && doubts.length === 0
            ? ["Check the spelling: nobody has privileges on a storage, bridge or pool that does not exist."]
            : []),
        ...(commands.length > 0 ? ["These commands, run as root on a node, grant them:", ...commands.map((line) => `  ${line}`)] : []),
        "`npx pvesmb permissions` prints the commands for everything that pvesmb may need; `npx pvesmb permissions --help` shows its options.",
    ].join("\n");
}

/** One line per path and purpose, naming each privilege of a path once. */
function sentences(missing: readonly Need[]): string[] {
    const told = new Set<string>();
    return missing.flatMap(({ give, privileges, any, purpose }) => {
        const fresh = privileges.filter((privilege) => !told.has(`${give} ${privilege}`));
        for (const privilege of fresh) told.add(`${give} ${privilege}`);
        return fresh.length === 0 ? [] : [`${fresh.join(any ? " or " : ", ")} on ${give}, to ${purpose}`];
    });
}
