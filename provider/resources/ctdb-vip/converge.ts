import type { ChangeContext } from "../../base/handler";
import { forgetCluster } from "../../gateway/cluster";
import { readyGateway } from "../../gateway/session";
import { CTDB, isOurs, parseStatus, parseVariables, tunableValues } from "../../ctdb";
import type { Cluster } from "../../ctdb";
import type { ClusterInputs } from "../../model";
import { FACTS_FILE, parseSid } from "../../samba/gateway-unit";
import { uncOf } from "../../samba/unc";
import { awaitHealth } from "./health";
import { factsIn, lookOf } from "./look";
import { warnOfOneNode } from "./one-node";
import { refuseUnfit } from "./preflight";
import type { Seen } from "./preflight";
import { bareOf } from "../../model/network";
import { clusterOf } from "./types";
import type { ClusterState, Outputs } from "./types";
import { keepsRunning, knowsOthers, leavers, leaving, slotsOf, takeOut } from "./membership";
import { beginUnit, claimUnit, filesUnit, formUnit, reloadUnit, serveUnit, settleUnit } from "./units";

type Ctx = ChangeContext<Outputs>;

/** Creates, updates, repairs and finishes a cluster by the same steps, each on all gateways at once. */
export async function converge(ctx: Ctx, id: string, inputs: ClusterInputs, before?: ClusterState): Promise<Outputs> {
    const going = before === undefined ? [] : leaving(before.gateways, inputs.gateways);
    const bare = clusterOf(id, ctx.urn, inputs);
    const [seen, gone] = await Promise.all([look(ctx, bare, inputs), leavers(ctx, bare, going)]);
    const looks = seen.map((each) => each.look);
    const cluster = { ...bare, slots: slotsOf(looks, inputs) };
    const formed = seen.map(({ facts: { mark } }) => mark?.phase === "formed" && isOurs(cluster, mark));
    await refuseUnfit(cluster, seen, gone, formed.includes(false), ctx.deadline);

    const sid = before?.sid ?? parseSid(seen[0]?.look.files[FACTS_FILE]);
    const outputs: Outputs = {
        unc: uncOf(bareOf(inputs.addresses[0]?.address ?? "")),
        nodes: seen.map(({ member }) => member.machine.name),
        ...(sid === undefined ? {} : { sid }),
    };
    const claim = seen.some(({ facts }) => facts.mark?.nonce === cluster.nonce) ? cluster.nonce : ctx.urn;
    const each = <T>(work: (one: Seen, index: number) => Promise<T>): Promise<T[]> => Promise.all(seen.map(work));
    const submit = ({ member }: Seen, unit: Parameters<typeof member.hostSession.queue.submit>[0]) =>
        member.hostSession.queue.submit(unit, ctx.deadline);

    warnOfOneNode(ctx, inputs.netbiosName, seen);
    // Until they are out, the state has the list with them: the next run then goes on with it.
    await takeOut(ctx, cluster, gone);
    ctx.checkpoint(id, outputs);
    await each((one, index) => submit(one, beginUnit(cluster, formed[index] === true ? "formed" : "forming", claim)));
    const [first] = seen;
    if (first !== undefined) await submit(first, claimUnit(cluster, claim));
    if (formed.includes(false)) {
        ctx.log.info(`forming the cluster ${inputs.netbiosName} of ${outputs.nodes?.join(", ")}: Samba stops there until CTDB has started`);
        // Whoever joins a cluster that is there gets its databases from the others.
        const alone = !formed.includes(true);
        await each(async (one, index) => {
            if (formed[index] !== true) await submit(one, formUnit(cluster, alone ? index : Math.max(index, 1), outputs.sid));
        });
    }
    const goesOn = keepsRunning(
        cluster,
        seen.map(({ facts }) => facts),
    );
    const written = await each((one) => submit(one, filesUnit(cluster, goesOn)));
    const [asked] = goesOn ? seen.filter(({ facts }) => knowsOthers(cluster, facts)) : [];
    if (asked !== undefined) await submit(asked, reloadUnit(cluster));
    await each((one) => submit(one, serveUnit(cluster)));
    await each(async (one, index) => {
        const what = {
            tunables: differ(cluster, one.facts.variables),
            addresses: written[index]?.steps[CTDB.publicAddresses]?.changed === true && one.facts.status !== undefined,
            flags: parseStatus(one.facts.status ?? "").find(({ self }) => self)?.flags ?? [],
        };
        const unit = settleUnit(cluster, what);
        if (unit.steps.length > 0) await submit(one, unit);
    });
    await awaitHealth(ctx, cluster, seen);
    forgetCluster(id);
    return outputs;
}

async function look(ctx: Ctx, cluster: Cluster, { gateways }: ClusterInputs): Promise<Seen[]> {
    return Promise.all(
        gateways.map(async (ref, number): Promise<Seen> => {
            const gateway = await readyGateway(ctx, ref);
            const found = await gateway.hostSession.executor.gather(lookOf(cluster), ctx.deadline);
            return { member: { ...gateway, number }, look: found, facts: factsIn(found) };
        }),
    );
}

/** Values that a running ctdbd has otherwise. One that starts reads the file. */
function differ({ tunables }: Cluster, variables: string | undefined): boolean {
    if (variables === undefined) return false;
    const found = parseVariables(variables);
    return tunableValues(tunables).some(([name, value]) => found.get(name) !== value);
}
