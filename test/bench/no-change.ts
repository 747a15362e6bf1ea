import { labUp } from "../e2e/support/lab";
import type { Operation, Stack } from "../e2e/support/stack";
import { type Measured, measure } from "./measure";
import { stateSize, withPair } from "./pair";
import { sharesProgram, trivialProgram } from "./programs";
import { atMost, compared, count, median, type Row, seconds } from "./rows";
import type { Tally } from "./trace";

const SHARES = 50;
const ROUNDS = 3;

/** Preview, refresh and up of 50 shares without any change. */
export async function noChange(): Promise<Row[]> {
    const lab = await labUp();
    return withPair(lab, "10.86.0.61", async ({ ours, trivial, prove }) => {
        const empty = stateSize(ours);
        ours.write(sharesProgram(SHARES));
        await ours.up();
        await prove(SHARES);
        trivial.write(trivialProgram(SHARES, (stateSize(ours) - empty) / SHARES));
        await trivial.up();

        const rows: Row[] = [];
        for (const operation of ["preview", "refresh", "up"] as const) {
            const rounds = { ours: [] as Measured[], trivial: [] as Measured[] };
            for (let round = 0; round < ROUNDS; round++) {
                rounds.ours.push(await unchanged("pvesmb", ours, operation));
                rounds.trivial.push(await unchanged("trivial", trivial, operation));
            }
            rows.push(...rowsOf(operation, rounds.ours, rounds.trivial));
        }
        return rows;
    });
}

const unchanged = (whose: string, stack: Stack, operation: Operation): Promise<Measured> =>
    measure(`${operation}, ${whose}`, stack, operation, { flags: ["--expect-no-changes"] });

function rowsOf(operation: Operation, ours: Measured[], trivial: Measured[]): Row[] {
    const name = `${operation}, ${SHARES} shares, no change`;
    const floor = seconds(
        `${name}: trivial`,
        trivial.map((round) => round.seconds),
    );
    const of = (figure: keyof Tally): number => median(ours.map((round) => round[figure]));
    const looks = operation === "refresh" ? 1 : 0;
    return [
        compared(
            seconds(
                name,
                ours.map((round) => round.seconds),
            ),
            floor,
        ),
        floor,
        atMost(looks, count(`${name}: remote executions`, of("remote"))),
        // The goal was set for 100 shares (docs/performance.md).
        atMost(300, { name: `${name}: remote time`, value: of("remoteMs"), unit: "ms" }),
        count(`${name}: API calls`, of("api")),
        atMost(0, count(`${name}: API calls that may change something`, of("writes"))),
    ];
}
