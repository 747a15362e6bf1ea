import type { Deadline } from "../../base/deadline";
import { RoundQueue } from "../../base/round-queue";
import { sharedOr } from "../../base/together";
import { within } from "../../hosts";
import { perSession } from "../../base/session";

/** Queries shared by the members of one round. Everything they depend on existed before it began. */
export class Round {
    private readonly asked = new Map<string, Promise<unknown>>();

    once<T>(name: string, ask: () => Promise<T>): Promise<T> {
        const others = this.asked.get(name);
        if (others !== undefined) return sharedOr(others as Promise<T>, ask);
        const answer = ask();
        this.asked.set(name, answer);
        return answer;
    }
}

/** Starts a round; resolves when it is done. */
interface Begin {
    begin: (turn: Round) => Promise<void>;
    fail: (error: unknown) => void;
}

const rounds = perSession(() => new Map<string, RoundQueue<Begin>>());

async function run(round: Begin[]): Promise<() => void> {
    const turn = new Round();
    await Promise.all(round.map(({ begin }) => begin(turn)));
    return () => undefined;
}

/**
 * Changes to a gateway's quotas run in rounds, so that they share looks and batches on the gateway and on its node; later arrivals join the
 * next round. Without rounds the changes drift apart and need separate batches.
 */
export async function inRound<T>(gateway: string, deadline: Deadline, work: (turn: Round) => Promise<T>): Promise<T> {
    let all = rounds().get(gateway);
    if (all === undefined)
        rounds().set(gateway, (all = new RoundQueue({ run, failed: (round, error) => round.forEach(({ fail }) => fail(error)) })));
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const begun = new Promise<Round>((resolve, fail) =>
        all.add({
            begin: (turn) => {
                resolve(turn);
                return ended;
            },
            fail,
        }),
    );
    try {
        return await work(await within(deadline, `waiting for other quotas of the gateway ${gateway}`, begun, { dispatched: false }));
    } finally {
        end();
    }
}
