import type { Deadline } from "../../base/deadline";
import { Rounds } from "../../base/rounds";
import { within } from "../../hosts";
import { perSession } from "../../base/session";

/** What those who go together ask once. All that they depend on was there before it began. */
export class Turn {
    private readonly asked = new Map<string, Promise<unknown>>();

    once<T>(name: string, ask: () => Promise<T>): Promise<T> {
        let answer = this.asked.get(name);
        if (answer === undefined) this.asked.set(name, (answer = ask()));
        return answer as Promise<T>;
    }
}

type Begin = (turn: Turn) => Promise<void>;

const rounds = perSession(() => new Map<string, Rounds<Begin>>());

async function run(round: Begin[]): Promise<() => void> {
    const turn = new Turn();
    await Promise.all(round.map((begin) => begin(turn)));
    return () => undefined;
}

/**
 * Changes to the quotas of a gateway go in step: those that come together meet in the same looks and batches, on the gateway and on its
 * node, and who comes meanwhile goes with the next ones. Without that groups would part and each take batches of its own.
 */
export async function inStep<T>(gateway: string, deadline: Deadline, work: (turn: Turn) => Promise<T>): Promise<T> {
    let all = rounds().get(gateway);
    if (all === undefined) rounds().set(gateway, (all = new Rounds({ run })));
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const begun = new Promise<Turn>((resolve) =>
        all.add((turn) => {
            resolve(turn);
            return ended;
        }),
    );
    try {
        return await work(await within(deadline, `waiting for other quotas of the gateway ${gateway}`, begun, { dispatched: false }));
    } finally {
        end();
    }
}
