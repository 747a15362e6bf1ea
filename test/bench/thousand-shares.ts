import { labUp } from "../e2e/support/lab";
import type { Operation } from "../e2e/support/stack";
import { type Measured, measure } from "./measure";
import { type Pair, stateSize, withPair } from "./pair";
import { sharesProgram, trivialProgram } from "./programs";
import { atMost, compared, count, type Row, ratioAtMost, seconds } from "./rows";
import { spent } from "./spent";

const SHARES = 1000;
const ROUNDS = 3;
/** Seconds; on a busy machine everything takes many times as long. */
const LIMIT = { timeout: 1800 };

interface Both {
    ours: Measured;
    trivial: Measured;
}

/** 1,000 shares in one `up`, then preview, refresh and up without a change; beside as many trivial resources with as much state. */
export async function thousandShares(): Promise<Row[]> {
    const lab = await labUp();
    return withPair(lab, "10.86.0.62", async (pair) => {
        const empty = stateSize(pair.ours);
        pair.ours.write(sharesProgram(SHARES));
        const ours = await measure(`up, ${SHARES} new shares`, pair.ours, "up", LIMIT);
        await pair.prove(SHARES);
        const bytes = Math.round((stateSize(pair.ours) - empty) / SHARES);
        const trivialEmpty = stateSize(pair.trivial);
        pair.trivial.write(trivialProgram(SHARES, bytes));
        const trivial = await measure(`up, ${SHARES} new trivial resources`, pair.trivial, "up", LIMIT);
        const trivialBytes = Math.round((stateSize(pair.trivial) - trivialEmpty) / SHARES);
        const rows = [
            ...created({ ours, trivial }),
            atMost(4096, { name: `state per share, of ${SHARES}`, value: bytes, unit: "bytes" }),
            { name: `state per trivial resource, of ${SHARES}`, value: trivialBytes, unit: "bytes" },
            ...(await unchanged(pair)),
        ];
        // One less to wait for: the whole gateway goes, and nobody measures that.
        pair.ours.write(sharesProgram(0));
        await pair.ours.up(LIMIT);
        return rows;
    });
}

function created({ ours, trivial }: Both): Row[] {
    const name = `up, ${SHARES} new shares`;
    const floor = seconds(`${name}: trivial`, [trivial.seconds]);
    return [
        ratioAtMost(1.3, compared(seconds(name, [ours.seconds]), floor)),
        floor,
        count(`${name}: remote executions`, ours.remote),
        count(`${name}: API calls`, ours.api),
        atMost(40, { name: `${name}: memory above trivial`, value: ours.memory - trivial.memory, unit: "MiB" }),
        ...spent(name, ours, trivial),
    ];
}

async function unchanged(pair: Pair): Promise<Row[]> {
    const rounds: Record<"preview" | "refresh" | "up", Both[]> = { preview: [], refresh: [], up: [] };
    for (let round = 0; round < ROUNDS; round++) {
        // Side by side in time: what else the machine does meanwhile falls on both.
        for (const operation of ["preview", "refresh", "up"] as const)
            rounds[operation].push({ ours: await once(pair, "ours", operation), trivial: await once(pair, "trivial", operation) });
    }
    const name = (what: string): string => `${what}, ${SHARES} shares, no change`;
    const together = rounds.refresh.map((refresh, i) => ({ refresh, up: rounds.up[i] ?? refresh }));
    const sum = (whose: keyof Both): number[] => together.map(({ refresh, up }) => refresh[whose].seconds + up[whose].seconds);
    const floor = seconds(`${name("refresh and up")}: trivial`, sum("trivial"));
    return [
        ...noChange(name("preview"), rounds.preview, { remote: 0, ratio: 1.2 }),
        ...noChange(name("refresh"), rounds.refresh, { remote: 1 }),
        ...noChange(name("up"), rounds.up, { remote: 0 }),
        ratioAtMost(1.5, compared(seconds(name("refresh and up"), sum("ours")), floor)),
        floor,
    ];
}

const once = (pair: Pair, whose: keyof Both, operation: Operation): Promise<Measured> =>
    measure(`${operation}, no change, ${whose}`, pair[whose], operation, { ...LIMIT, flags: ["--expect-no-changes"] });

function noChange(name: string, rounds: Both[], most: { remote: number; ratio?: number }): Row[] {
    const of = (whose: keyof Both): number[] => rounds.map((round) => round[whose].seconds);
    const floor = seconds(`${name}: trivial`, of("trivial"));
    const figure = compared(seconds(name, of("ours")), floor);
    return [
        most.ratio === undefined ? figure : ratioAtMost(most.ratio, figure),
        floor,
        atMost(most.remote, count(`${name}: remote executions`, Math.max(...rounds.map(({ ours }) => ours.remote)))),
        ...rounds.slice(-1).flatMap(({ ours, trivial }) => spent(name, ours, trivial)),
    ];
}
