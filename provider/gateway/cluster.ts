import { randomBytes } from "node:crypto";
import { isKind, messageOf, PvesmbError } from "../base/errors";
import type { Context } from "../base/handler";
import { perSession } from "../base/session";
import { SharedLooks } from "../base/shared-looks";
import { CTDB, ctdb, inStep, parseFloating, parseMark } from "../ctdb";
import { hostSessionOn, joined, within } from "../hosts";
import type { Gather, HostSession } from "../hosts";
import { clusterNonce } from "../model";
import type { GatewayRef, ServerRef } from "../model";
import { clusterBatch, clusterStore } from "../samba/cluster-batch";
import { LOOK } from "../samba/look";
import { nonceOf } from "../machines/id";
import type { Found } from "../machines/machine";
import { forAll } from "./followers";
import type { Member } from "./followers";
import type { Gateway, Ready } from "./ready";

/** The cluster as one of its gateways, the head, makes changes for all of them. */
interface Known {
    head: HostSession;
    others: Member[];
    /** The first floating address. */
    address: string | undefined;
    /** Of the head. */
    ref: GatewayRef;
}

type Outcome = { state: "gone" } | { state: "away"; why: string } | { state: "known"; known: Known };

/** Opens a gateway, as session.ts does. */
type Open = (ctx: Context<unknown>, ref: GatewayRef) => Promise<Gateway>;
/** The host of a gateway that was opened. */
type HostOf = (ref: GatewayRef) => Promise<Found["host"] | undefined>;

/** Least time for opening a gateway or a cluster, in milliseconds. */
export const LOOKUP_MS = 120_000;

const clusters = perSession(() => new SharedLooks<Outcome>(({ state }) => state === "known"));

/** After the cluster was changed. */
export const forgetCluster = (id: string): void => clusters().forget(id);

/** As gateways of one cluster: what is declared on it is done on one of them and followed by the others. */
export async function openCluster(ctx: Context<unknown>, ref: ServerRef, open: Open, hostOf: HostOf): Promise<Gateway> {
    const found = clusters().get(ref.id, () => look({ ...ctx, deadline: ctx.deadline.detached(LOOKUP_MS) }, ref, open, hostOf));
    const outcome = await within(ctx.deadline, `looking for the cluster ${ref.id}`, found, { dispatched: false });
    if (outcome.state !== "known") return outcome;
    const { head, others, address, ref: headRef } = outcome.known;
    const gateway = await open(ctx, headRef);
    if (gateway.state !== "ready") return gateway;
    const { machine } = gateway;
    const { hostname, mounts } = machine;
    const ready: Ready = {
        state: "ready",
        // What one node has is not the cluster's: neither volumes nor a host below.
        machine: { name: `the cluster of ${head.name}`, address, hostname, mounts, readMounts: () => machine.readMounts() },
        hostSession: forAll(ctx, ref.id, head, others, () => forgetCluster(ref.id)),
        store: clusterStore,
    };
    return ready;
}

const PROBE: Gather = {
    files: [CTDB.mark, CTDB.publicAddresses],
    commands: [ctdb("healthy", "nodestatus"), ctdb("running", "runstate", "running")],
};

async function look(ctx: Context<unknown>, { id, gateways = [] }: ServerRef, open: Open, hostOf: HostOf): Promise<Outcome> {
    if (gateways.length === 0)
        throw new PvesmbError(
            "InvalidInput",
            "gateway.gateways: the `ref` of a CtdbVip names its gateways; pass the CtdbVip, or its `ref` as it is",
            { property: "gateway.gateways" },
        );
    const seen = await Promise.all(gateways.map((ref) => probed(ctx, clusterNonce(id), ref, open)));
    const ours = seen.filter(({ rank }) => rank > 0).sort((a, b) => b.rank - a.rank);
    const [head] = ours;
    const away = seen.filter(({ why }) => why !== undefined);
    if (head?.session === undefined) {
        const why = away.map((each) => each.why).join("; ");
        return away.length === 0 ? { state: "gone" } : { state: "away", why: `no gateway of the cluster can make changes: ${why}` };
    }
    const host = await hostOf(head.ref);
    if (host === undefined) return { state: "away", why: `${head.name}: it is no longer there` };
    const session = hostSessionOn(host, {
        key: `cluster ${clusterNonce(id)}`,
        look: joined([LOOK, clusterStore.look]),
        build: clusterBatch(head.nonce, randomBytes(12).toString("hex"), inStep),
    });
    const others = seen.filter((each) => each !== head && !each.gone);
    return { state: "known", known: { head: session, others, address: head.address, ref: head.ref } };
}

interface Probed extends Member {
    ref: GatewayRef;
    /** The nonce of the gateway. */
    nonce: string;
    /** 2: healthy in the cluster. 1: CTDB runs there. 0: it cannot be the head. */
    rank: 0 | 1 | 2;
    gone: boolean;
    address: string | undefined;
}

async function probed(ctx: Context<unknown>, nonce: string, ref: GatewayRef, open: Open): Promise<Probed> {
    const unknown = {
        name: ref.id,
        ref,
        nonce: nonceOf(ref.id),
        rank: 0 as const,
        gone: false,
        address: undefined,
    };
    try {
        const gateway = await open(ctx, ref);
        if (gateway.state === "gone") return { ...unknown, gone: true };
        if (gateway.state === "away") return { ...unknown, why: gateway.why };
        const { hostSession, machine } = gateway;
        const { files, commands } = await hostSession.executor.gather(PROBE, ctx.deadline.detached(60_000));
        const known = { ...unknown, name: machine.name, address: parseFloating(files[CTDB.publicAddresses])[0] };
        const mark = parseMark(files[CTDB.mark]);
        if (mark?.nonce !== nonce) return { ...known, gone: true };
        if (mark.phase !== "formed")
            return { ...known, why: `${machine.name} is not wholly in the cluster yet; run \`pulumi up\` of its CtdbVip` };
        const rank = commands["healthy"]?.code === 0 ? 2 : commands["running"]?.code === 0 ? 1 : 0;
        return rank > 0 ? { ...known, session: hostSession, rank } : { ...known, why: `CTDB does not run on ${machine.name}` };
    } catch (error) {
        if (!isKind(error, "Unreachable", "Timeout", "Busy", "HostKeyMismatch")) throw error;
        return { ...unknown, why: messageOf(error) };
    }
}
