import { PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import { readyGateway } from "../../gateway/session";
import type { Ready } from "../../gateway/session";
import { silenceDuring } from "../../hosts";
import type { GatewayRef } from "../../model";
import { clusterStatus } from "./status";
import type { ClusterReport } from "./status";

const SMB = 445;
/** A floating address that was moved to another gateway and back. */
export interface Move {
    address: string;
    from: number;
    to: number;
    /** How long a client that connects again and again got no connection, in seconds; null: for more than a minute. */
    there: number | null;
    back: number | null;
}

/** A test of a cluster. */
export type Tested = ClusterReport & { moves: Move[] };

type Ctx = Context<unknown>;

/** Takes all floating addresses from a gateway, and keeps it without any until it is given back. */
export async function failOver(ctx: Ctx, ref: GatewayRef): Promise<ClusterReport> {
    const { before, gateway } = await answeringCluster(ctx, ref);
    const self = numberOf(before);
    if (!before.nodes.some(({ number, flags }) => number !== self && flags.length === 0))
        throw new PvesmbError(
            "Conflict",
            `no other gateway of the cluster is healthy, so that nobody would have the addresses of ${before.gateway}; \`npx pvesmb ha status\` says what is wrong with them`,
        );
    await tell(ctx, gateway, "disable");
    const after = await clusterStatus(ctx, ref);
    const kept = after.addresses.filter(({ node }) => node === self).map(({ address }) => `${before.gateway} still has ${address}`);
    const lost = after.addresses.filter(({ node }) => node === null).map(({ address }) => `nobody has ${address}`);
    // That it is disabled is what was asked for.
    return { ...after, faults: [...kept, ...lost] };
}

/** Lets it have addresses again. */
export async function failBack(ctx: Ctx, ref: GatewayRef): Promise<ClusterReport> {
    const { gateway } = await answeringCluster(ctx, ref);
    await tell(ctx, gateway, "enable");
    return clusterStatus(ctx, ref);
}

/** Moves each floating address to another gateway and back, while a client on this machine connects to it. */
export async function testFailover(ctx: Ctx, ref: GatewayRef): Promise<Tested> {
    const { before, gateway } = await answeringCluster(ctx, ref);
    const healthy = before.nodes.filter(({ flags }) => flags.length === 0).map(({ number }) => number);
    if (before.faults.length > 0 || healthy.length < 2)
        return {
            ...before,
            moves: [],
            faults: [...before.faults, "nothing was moved: only a cluster in which nothing is wrong is tested"],
        };
    const [moves, faults]: [Move[], string[]] = [[], []];
    for (const { address, node } of before.addresses) {
        const to = healthy.find((number) => number !== node);
        if (node === null || to === undefined) continue;
        const move = (number: number): Promise<number | undefined> =>
            silenceDuring(address, SMB, () => tell(ctx, gateway, "moveip", address, String(number)));
        const there = await move(to);
        if (there === undefined) {
            faults.push(`${address}: port ${SMB} cannot be reached from here, so it was not moved; run this where clients are`);
            continue;
        }
        const back = await move(node);
        // Not measured, since nobody could connect any more: put back all the same.
        if (back === undefined) await tell(ctx, gateway, "moveip", address, String(node));
        moves.push({ address, from: node, to, there: finite(there), back: finite(back ?? Infinity) });
    }
    const after = await clusterStatus(ctx, ref);
    const silent = moves
        .filter(({ there, back }) => there === null || back === null)
        .map(({ address }) => `${address} did not answer for a minute`);
    return { ...after, moves, faults: [...after.faults, ...faults, ...silent] };
}

const finite = (seconds: number): number | null => (Number.isFinite(seconds) ? seconds : null);

/** Throws unless the gateway is in a cluster whose CTDB answers. */
async function answeringCluster(ctx: Ctx, ref: GatewayRef): Promise<{ before: ClusterReport; gateway: Ready }> {
    const before = await clusterStatus(ctx, ref);
    if (before.nodes.length === 0) throw new PvesmbError("Conflict", `${before.gateway}: ${before.faults.join("; ")}`);
    return { before, gateway: await readyGateway(ctx, ref) };
}

function numberOf({ nodes, gateway, self }: ClusterReport): number {
    if (self === undefined) throw new PvesmbError("RemoteFailed", `${gateway}: CTDB does not say which of ${nodes.length} nodes it is`);
    return self;
}

/** Each returns when the addresses are where they go (ctdb.1, "disable", "moveip"). */
async function tell(ctx: Ctx, { hostSession }: Ready, ...words: string[]): Promise<void> {
    const step = { do: "run" as const, argv: ["ctdb", ...words], timeout: 60 };
    await hostSession.queue.submit({ key: "cluster:failover", steps: [step] }, ctx.deadline);
}
