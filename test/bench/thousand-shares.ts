import { labUp } from "../e2e/support/lab";
import type { Operation, Stack } from "../e2e/support/stack";
import { type Measured, measure } from "./measure";
import { type Pair, stateSize, TWINS, twinsStack, withPair } from "./pair";
import { sameShapeProgram, sharesProgram, trivialProgram } from "./programs";
import { atMost, compared, count, type Figure, type Row, ratioAtMost, seconds } from "./rows";
import { spent } from "./spent";

const SHARES = 1000;
const ROUNDS = 3;
/** Seconds; on a busy machine everything takes many times longer. */
const LIMIT = { timeout: 1800 };

type Whose = "ours" | "trivial" | "twins";
type Stacks = Record<Whose, Stack>;
type Compared = Record<Whose, Measured>;

/**
 * 1,000 shares in one `up`, then preview, refresh and up without a change; compared with the same number of trivial resources with as many
 * bytes of state, and with the same number that have the same properties.
 */
export async function thousandShares(): Promise<Row[]> {
    const lab = await labUp();
    const twins = await twinsStack(lab);
    try {
        return await withPair(lab, "10.86.0.62", (pair) => compare({ ...pair, twins }, pair));
    } finally {
        twins.dispose();
    }
}

async function compare(stacks: Stacks, { prove }: Pair): Promise<Row[]> {
    const { ours, trivial, twins } = stacks;
    const empty = stateSize(ours);
    ours.write(sharesProgram(SHARES));
    const made = await measure(`up, ${SHARES} new shares`, ours, "up", LIMIT);
    await prove(SHARES);
    const bytes = Math.round((stateSize(ours) - empty) / SHARES);
    const trivialEmpty = stateSize(trivial);
    trivial.write(trivialProgram(SHARES, bytes));
    const floor = await measure(`up, ${SHARES} new trivial resources`, trivial, "up", LIMIT);
    const trivialBytes = Math.round((stateSize(trivial) - trivialEmpty) / SHARES);
    twins.write(sameShapeProgram(SHARES));
    const shape = await measure(`up, ${SHARES} new trivial resources of the same shape`, twins, "up", LIMIT);
    const rows = [
        ...created({ ours: made, trivial: floor, twins: shape }),
        atMost(4096, { name: `state per share, of ${SHARES}`, value: bytes, unit: "bytes" }),
        { name: `state per trivial resource, of ${SHARES}`, value: trivialBytes, unit: "bytes" },
        ...(await unchanged(stacks)),
    ];
    // Saves one wait: the whole gateway is removed, and that is not measured.
    ours.write(sharesProgram(0));
    await ours.up(LIMIT);
    return rows;
}
function created({ ours, trivial, twins }: Compared): Row[] {
    const name = `up, ${SHARES} new shares`;
    const figure = seconds(name, [ours.seconds]);
    return [
        ...against(1.3, figure, { trivial: [trivial.seconds], twins: [twins.seconds] }),
        count(`${name}: remote executions`, ours.remote),
        count(`${name}: API calls`, ours.api),
        atMost(40, { name: `${name}: memory above trivial`, value: ours.memory - trivial.memory, unit: "MiB" }),
        { name: `${name}: memory above ${TWINS}`, value: ours.memory - twins.memory, unit: "MiB" },
        ...spent(name, ours, trivial),
    ];
}

async function unchanged(stacks: Stacks): Promise<Row[]> {
    const rounds: Record<"preview" | "refresh" | "up", Compared[]> = { preview: [], refresh: [], up: [] };
    for (let round = 0; round < ROUNDS; round++) {
        // Interleaved, so that other load on the machine affects all of them.
        for (const operation of ["preview", "refresh", "up"] as const)
            rounds[operation].push({
                ours: await once(stacks, "ours", operation),
                trivial: await once(stacks, "trivial", operation),
                twins: await once(stacks, "twins", operation),
            });
    }
    const name = (what: string): string => `${what}, ${SHARES} shares, no change`;
    const together = rounds.refresh.map((refresh, i) => ({ refresh, up: rounds.up[i] ?? refresh }));
    const sum = (whose: Whose): number[] => together.map(({ refresh, up }) => refresh[whose].seconds + up[whose].seconds);
    return [
        ...noChange(name("preview"), rounds.preview, { remote: 0, ratio: 1.2 }),
        ...noChange(name("refresh"), rounds.refresh, { remote: 1 }),
        ...noChange(name("up"), rounds.up, { remote: 0 }),
        ...against(1.5, seconds(name("refresh and up"), sum("ours")), { trivial: sum("trivial"), twins: sum("twins") }),
    ];
}

const once = (stacks: Stacks, whose: Whose, operation: Operation): Promise<Measured> =>
    measure(`${operation}, no change, ${whose}`, stacks[whose], operation, { ...LIMIT, flags: ["--expect-no-changes"] });

/** The same figure against both floors. */
function against(most: number | undefined, figure: Figure, floors: Record<"trivial" | "twins", number[]>): Row[] {
    const trivial = seconds(`${figure.name}: trivial`, floors.trivial);
    const twins = seconds(`${figure.name}: ${TWINS}`, floors.twins);
    const [bytes, shape] = [compared(figure, trivial), compared({ ...figure, name: `${figure.name} against twins` }, twins)];
    return [...(most === undefined ? [bytes, shape] : [ratioAtMost(most, bytes), ratioAtMost(most, shape)]), trivial, twins];
}

function noChange(name: string, rounds: Compared[], most: { remote: number; ratio?: number }): Row[] {
    const of = (whose: Whose): number[] => rounds.map((round) => round[whose].seconds);
    return [
        ...against(most.ratio, seconds(name, of("ours")), { trivial: of("trivial"), twins: of("twins") }),
        atMost(most.remote, count(`${name}: remote executions`, Math.max(...rounds.map(({ ours }) => ours.remote)))),
        ...rounds.slice(-1).flatMap(({ ours, trivial }) => spent(name, ours, trivial)),
    ];
}
