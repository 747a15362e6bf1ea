import type { Deadline } from "../base/deadline";
import { isKind, messageOf, PvesmbError } from "../base/errors";
import type { Context } from "../base/handler";
import { RoundQueue } from "../base/round-queue";
import { perSession } from "../base/session";
import { FOLLOW_LOOK, followFault } from "../ctdb";
import { within } from "../hosts";
import type { HostSession } from "../hosts";

/** A gateway of a cluster. */
export interface Member {
    name: string;
    /** Undefined: it cannot be reached. */
    session?: HostSession;
    /** Why not. */
    why?: string;
}

/** How long the other gateways may take, in milliseconds. */
const FOLLOW_MS = 90_000;

interface Round {
    others: readonly Member[];
    deadline: Deadline;
    resolve: (faults: Fault[]) => void;
    reject: (error: unknown) => void;
}

interface Fault {
    name: string;
    why: string;
    /** It answers, and could not follow. */
    answers: boolean;
}

/** Those who wait at the same time share a round: all gateways follow all changes at once. */
const rounds = perSession(() => new Map<string, RoundQueue<Round>>());

function roundsOf(cluster: string): RoundQueue<Round> {
    const known = rounds().get(cluster);
    if (known !== undefined) return known;
    const made = new RoundQueue<Round>({
        run: async (round) => {
            const [first] = round;
            const faults = first === undefined ? [] : await Promise.all(first.others.map((member) => follow(member, first.deadline)));
            return () => round.forEach(({ resolve }) => resolve(faults.flat()));
        },
        failed: (round, error) => round.forEach(({ reject }) => reject(error)),
    });
    rounds().set(cluster, made);
    return made;
}

async function follow({ name, session, why = "" }: Member, deadline: Deadline): Promise<Fault[]> {
    if (session === undefined) return [{ name, why, answers: false }];
    try {
        const fault = followFault(await session.executor.gather(FOLLOW_LOOK, deadline));
        return fault === undefined ? [] : [{ name, why: fault, answers: true }];
    } catch (error) {
        if (!isKind(error, "Unreachable", "Timeout", "Busy")) throw error;
        return [{ name, why: messageOf(error), answers: false }];
    } finally {
        session.snapshot.forget();
    }
}

/**
 * A host session that changes all gateways of a cluster: a unit is done on the head, then the others follow, and what the submitter wants to
 * see is looked at after that, since clients may have connected to them meanwhile. A gateway that cannot be reached is warned of; it follows
 * before it serves again.
 */
export function forAll(
    ctx: Pick<Context<unknown>, "log">,
    cluster: string,
    head: HostSession,
    others: readonly Member[],
    lost: () => void,
): HostSession {
    const submit: HostSession["queue"]["submit"] = async (unit, deadline) => {
        const { looks } = unit;
        const done = await head.queue.submit(unit, deadline).catch((error: unknown) => {
            if (isKind(error, "Unreachable", "Timeout")) lost();
            throw error;
        });
        const faults = await within(
            deadline,
            "waiting for the other gateways of the cluster",
            new Promise<Fault[]>((resolve, reject) => {
                roundsOf(cluster).add({ others, deadline: deadline.detached(FOLLOW_MS), resolve, reject });
            }),
        );
        for (const { name, why } of faults.filter(({ answers }) => !answers))
            ctx.log.warnOnce(
                `behind ${cluster} ${name}`,
                `${why}; this gateway of the cluster is changed later: it takes over what it missed before it serves clients again`,
            );
        const failed = faults.filter(({ answers }) => answers);
        if (failed.length > 0)
            throw new PvesmbError(
                "RemoteFailed",
                `${failed.map(({ name, why }) => `${name}: the change is made on the cluster, and this gateway cannot follow: ${why}`).join("; ")}. Until it can, it is unhealthy and serves nobody; correct that, then run again`,
                { dispatched: true },
            );
        return looks === undefined ? done : { ...done, look: await head.executor.gather(looks, deadline) };
    };
    return { ...head, queue: { submit } };
}
