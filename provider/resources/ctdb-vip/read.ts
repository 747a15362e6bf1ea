import type { Context, Observed } from "../../base/handler";
import { lookAt } from "../../gateway/look";
import { clusterFiles, CTDB, lockOwner, ownerOf, parseMark, parseRecovery, parseStatus, parseVariables, tunableValues } from "../../ctdb";
import type { Cluster } from "../../ctdb";
import type { ClusterInputs } from "../../model";
import { partDrift } from "../../samba/config/part";
import { textDrift } from "../../samba/drift";
import { warnOfRecovery } from "./health";
import { factsIn, lookOf, SERVICE_NAMES } from "./look";
import type { Facts } from "./look";
import { slotsOf } from "./membership";
import { clusterPart } from "./part";
import type { Seen } from "./preflight";
import { clusterOf } from "./types";
import type { ClusterState, Outputs } from "./types";

type Read = { inputs: Observed<ClusterInputs>; state: Outputs } | undefined;

/** Undefined when no gateway has anything of the cluster any more. */
export async function readCluster(ctx: Context<Outputs>, id: string, state: ClusterState): Promise<Read> {
    const bare = clusterOf(id, "", state);
    const found = await Promise.all(
        state.gateways.map(async (ref, number): Promise<Seen | "gone" | "away"> => {
            const seen = await lookAt(ctx, ref, lookOf(bare));
            if (seen === "gone") return seen;
            return "away" in seen ? "away" : { member: { ...seen.gateway, number }, look: seen.look, facts: factsIn(seen.look) };
        }),
    );
    const seen = found.filter((each) => typeof each !== "string");
    const own = seen.filter(({ facts }) => facts.mark?.nonce === bare.nonce);
    if (own.length === 0) return found.includes("away") ? { inputs: { drift: state.drift }, state } : undefined;
    const key = own[0]?.facts.mark?.key ?? "";
    const looks = own.map((each) => each.look);
    const cluster = { ...bare, key, slots: slotsOf(looks, state) };
    const recoveries = own.flatMap(({ facts }) => parseRecovery(facts.uptime ?? "") ?? []);
    warnOfRecovery(ctx, cluster, recoveries.length === 0 ? undefined : Math.max(...recoveries));
    return {
        inputs: {
            urn: key,
            drift: [
                ...found.flatMap((each, number) =>
                    each === "gone" ? [`gateways: ${state.nodes?.[number] ?? number} no longer exists`] : [],
                ),
                ...seen.flatMap((each) =>
                    own.includes(each) ? drift(cluster, each) : [`gateways: ${each.member.machine.name} is not in the cluster`],
                ),
                ...skew(seen),
            ],
        },
        state,
    };
}

function drift(cluster: Cluster, { member, look, facts }: Seen): string[] {
    const { name } = member.machine;
    const texts = clusterFiles(cluster).flatMap(({ path, content, property }) =>
        textDrift(path, content, look.files[path]).map((text) => `${property}: ${name}: ${text}`),
    );
    const owners = [
        { property: "sharedPath", path: ownerOf(cluster.sharedPath) },
        { property: "lock", path: lockOwner(cluster.lock) },
    ];
    return [
        ...texts,
        ...partDrift(clusterPart(cluster), look).map((text) => `netbiosName: ${name}: ${text}`),
        ...owners.flatMap(({ property, path }) =>
            parseMark(look.files[path])?.nonce === cluster.nonce ? [] : [`${property}: ${name}: ${path}: not this cluster's`],
        ),
        ...(look.files[CTDB.follow] === undefined || facts.behind.length === 0
            ? []
            : [`gateways: ${name} is not in step with what is declared on the cluster: ${facts.behind.join(", ")}`]),
        ...running(cluster, name, facts),
    ];
}

/** Flags that an administrator set; others pass by themselves, or an event script knows why. */
const BY_HAND = ["Banned", "Disabled", "Stopped"];

function running({ tunables, lock }: Cluster, name: string, { running: services, status, variables, lock: held }: Facts): string[] {
    const flags = parseStatus(status ?? "").find(({ self }) => self)?.flags ?? [];
    const values = parseVariables(variables ?? "");
    return [
        ...SERVICE_NAMES.filter((service) => !services.includes(service)).map(
            (service) => `gateways: ${name}: service ${service}: not running`,
        ),
        ...flags.filter((flag) => BY_HAND.includes(flag)).map((flag) => `gateways: ${name} is ${flag.toLowerCase()}`),
        ...(variables === undefined
            ? []
            : tunableValues(tunables).flatMap(([variable, value]) =>
                  values.get(variable) === value
                      ? []
                      : [`tunables: ${name}: ${variable} = ${values.get(variable) ?? "?"} instead of ${value}`],
              )),
        ...(held === undefined || held === lock ? [] : [`lock: ${name}: ${held === "" ? "no lock" : held} instead of ${lock}`]),
    ];
}

function skew(seen: readonly Seen[]): string[] {
    const versions = new Set(seen.map(({ facts }) => facts.sambaVersion));
    const each = seen.map(({ member, facts }) => `${member.machine.name} ${facts.sambaVersion}`);
    return versions.size < 2 ? [] : [`gateways: different versions of Samba: ${each.join(", ")}`];
}
