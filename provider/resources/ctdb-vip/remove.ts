import { isKind } from "../../base/errors";
import type { Context } from "../../base/handler";
import { remainingGateway } from "../../gateway/session";
import { factsIn, lookOf } from "./look";
import type { Seen } from "./preflight";
import { clusterOf } from "./types";
import type { ClusterState, Outputs } from "./types";
import { leaveCluster } from "./membership";

/** Takes the cluster apart, the first gateway last: it goes on alone with what all of them knew. */
export async function takeApart(ctx: Context<Outputs>, id: string, state: ClusterState): Promise<void> {
    const cluster = clusterOf(id, "", state);
    const found = await Promise.all(
        state.gateways.map(async (ref, number): Promise<Seen | undefined> => {
            const gateway = await remainingGateway(ctx, ref);
            if (gateway === undefined) return undefined;
            const look = await gateway.hostSession.executor.gather(lookOf(cluster), ctx.deadline);
            const facts = factsIn(look);
            // Another CtdbVip has it by now, or nothing of this one is left.
            return facts.mark?.nonce === cluster.nonce ? { member: { ...gateway, number }, look, facts } : undefined;
        }),
    );
    const left = found.filter((each) => each !== undefined);
    const shared = left.find(({ member }) => member.number === 0) ?? left[0];
    await Promise.all(left.filter(({ member }) => member.number > 0).map((each) => part(ctx, each, each === shared)));
    for (const each of left.filter(({ member }) => member.number === 0)) await part(ctx, each, each === shared);

    async function part({ deadline }: Context<Outputs>, { member, look }: Seen, last: boolean): Promise<void> {
        try {
            await leaveCluster(cluster, member, look, { number: member.number, last }, deadline);
        } catch (error) {
            if (!isKind(error, "Conflict")) throw error;
        }
    }
}
