import type { Deadline } from "../../base/deadline";
import { Rounds } from "../../base/rounds";
import { sharedOr } from "../../base/together";
import { within } from "../../hosts";
import { perSession } from "../../base/session";

/** What those who go together ask once. All that they depend on was there before it began. */
export class Turn {
    private readonly asked = new Map<string, Promise<unknown>>();

    once<T>(name: string, ask: () => Promise<T>): Promise<T> {
        const others = this.asked.get(name);
        if (others !== undefined) return sharedOr(others as Promise<T>, ask);
        const answer = ask();
        this.asked.set(name, answer);
        return answer;
    }
}

/** Begins one; resolves when it is done. */
interface Begin {
    begin: (turn: Turn) => Promise<void>;
    fail: (error: unknown) => void;
}

const rounds = perSession(() => new Map<string, Rounds<Begin>>());

async function run(round: Begin[]): Promise<() => void> {
    const turn = new Turn();
    await Promise.all(round.map(({ begin }) => begin(turn)));
    return () => undefined;
}

/**
 * Changes to the quotas of a gateway go in step: those that come together meet in the same looks and batches, on the gateway and on its
 * node, and who comes meanwhile goes with the next ones. Without that groups would part and each take batches of its own.
 */
export async function inStep<T>(gateway: string, deadline: Deadline, work: (turn: Turn) => Promise<T>): Promise<T> {
    let all = rounds().get(gateway);
    if (all === undefined)
        rounds().set(gateway, (all = new Rounds({ run, failed: (round, error) => round.forEach(({ fail }) => fail(error)) })));
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const begun = new Promise<Turn>((resolve, fail) =>
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
