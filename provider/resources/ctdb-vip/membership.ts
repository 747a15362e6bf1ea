import type { Deadline } from "../../base/deadline";
import { PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import { lookAt } from "../../gateway/look";
import type { Ready } from "../../gateway/session";
import { CTDB, parseStatus } from "../../ctdb";
import type { Cluster } from "../../ctdb";
import type { GatherResult } from "../../hosts";
import type { ClusterInputs, GatewayRef } from "../../model";
import { FACTS_FILE, parseSid } from "../../samba/gateway-unit";
import { factsIn, lookOf } from "./look";
import type { Facts } from "./look";
import type { Outputs } from "./types";
import { aloneUnit, apartUnit } from "./units";

/** Gateways that the program has no more. A number of CTDB is a place in `gateways`, so that those that stay keep theirs. */
export function leaving(before: readonly GatewayRef[], now: readonly GatewayRef[]): GatewayRef[] {
    const places = new Map(now.map(({ id }, index) => [id, index]));
    const moved = before.flatMap(({ id }, index) =>
        (places.get(id) ?? index) === index
            ? []
            : [
                  `gateways[${places.get(id)}] was gateways[${index}]: gateways come to the end of the list or go from its end, or another one takes the place of one that goes`,
              ],
    );
    const stay = before.some(({ id }) => places.has(id));
    const faults = [
        ...moved,
        ...(stay ? [] : ["gateways: one of those that the cluster is made of must stay, since they have its users and settings"]),
    ];
    if (faults.length > 0) throw new PvesmbError("InvalidInput", faults.join("\n"), { property: "gateways" });
    return before.filter(({ id }) => !places.has(id));
}

/** A gateway that goes. */
export interface Leaver {
    gateway: Ready;
    look: GatherResult;
    facts: Facts;
}

/** Those that still have something of the cluster. One that does not answer is warned of. */
export async function leavers(ctx: Context<Outputs>, cluster: Cluster, refs: readonly GatewayRef[]): Promise<Leaver[]> {
    const found = await Promise.all(
        refs.map(async (ref): Promise<Leaver[]> => {
            const seen = await lookAt(ctx, ref, lookOf(cluster));
            if (seen === "gone") return [];
            if ("away" in seen) {
                ctx.log.warn(
                    `CtdbVip ${cluster.netbiosName}: a gateway that does not answer is taken out of the cluster without its help; destroy it, or delete ${CTDB.mark} and /etc/ctdb there before it is started again`,
                );
                return [];
            }
            const facts = factsIn(seen.look);
            return facts.mark?.nonce === cluster.nonce ? [{ ...seen, facts }] : [];
        }),
    );
    return found.flat();
}

/**
 * Takes gateways out of a cluster that goes on: they serve nothing any more, so that two servers never write to the same files. CTDB forgets
 * them only afterwards, since it refuses to while they are connected.
 */
export async function takeOut({ deadline }: Context<Outputs>, cluster: Cluster, all: readonly Leaver[]): Promise<void> {
    await Promise.all(
        all.map(({ gateway, look }) => leaveCluster(cluster, gateway, look, { number: OTHER, leaves: true, last: false }, deadline)),
    );
}
/** Any number but the first gateway's, which would go on with the cluster's databases. */
const OTHER = 1;

/** Samba by itself again, as apartUnit and aloneUnit say. `last`: nobody else has the cluster's files. */
export async function leaveCluster(
    cluster: Cluster,
    { hostSession: { queue } }: Pick<Ready, "hostSession">,
    { files }: Pick<GatherResult, "files">,
    { number, leaves, last }: { number: number; leaves?: boolean; last: boolean },
    deadline: Deadline,
): Promise<void> {
    await queue.submit(apartUnit(cluster, number, leaves), deadline);
    await queue.submit(aloneUnit(cluster, parseSid(files[FACTS_FILE]), last), deadline);
}

/**
 * How many numbers CTDB has given out: a line of /etc/ctdb/nodes stays when its gateway has gone (ctdb.1, "reloadnodes"). Known from the
 * gateways' own files.
 */
export function slotsOf(looks: readonly Pick<GatherResult, "files">[], { privateNetwork }: ClusterInputs): number {
    const counts = looks.map(({ files }) => (files[CTDB.nodes] ?? "").split("\n").filter(Boolean).length);
    return Math.min(MOST, Math.max(privateNetwork.addresses.length, ...counts));
}
/** Far more than a cluster has; the files are a host's text. */
const MOST = 64;

type Running = Pick<Facts, "status">;

/** A running ctdbd takes on gateways that come and go, but no other address of one that stays: for that, all stop. */
export const keepsRunning = ({ nodes }: Pick<Cluster, "nodes">, all: readonly Running[]): boolean =>
    all.every(({ status }) =>
        parseStatus(status ?? "").every(({ number, address }) => nodes[number] === undefined || nodes[number] === address),
    );

/** A running ctdbd knows other gateways than those of its file. */
export function knowsOthers({ nodes }: Pick<Cluster, "nodes">, { status }: Running): boolean {
    const known = parseStatus(status ?? "");
    return known.length > 0 && (known.length !== nodes.length || known.some(({ number }) => number >= nodes.length));
}
