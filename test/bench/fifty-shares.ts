import { availableParallelism } from "node:os";
import { labUp } from "../e2e/support/lab";
import type { Stack } from "../e2e/support/stack";
import { type Measured, measure } from "./measure";
import { type Pair, stateSize, withPair } from "./pair";
import { sharesProgram, trivialProgram } from "./programs";
import { atMost, compared, count, type Row, seconds } from "./rows";

const SHARES = 50;
/** The engine's default is four times the number of processors. */
const PARALLEL = { "--parallel 4": 4, "--parallel default": 4 * availableParallelism(), "--parallel 50": 50 };

/**
 * One share, then 50 in one `up` on an existing gateway, then all of them changed; compared with trivial resources with the same amount of
 * state.
 */
export async function fiftyShares(): Promise<Row[]> {
    const lab = await labUp();
    return withPair(lab, "10.86.0.60", async (pair) => {
        const bytes = await stateBytes(pair.ours, sharesProgram);
        const trivial = (shares: number): string => trivialProgram(shares, bytes);
        const trivialBytes = await stateBytes(pair.trivial, trivial);
        const rows: Row[] = [
            atMost(4096, { name: "state per share", value: bytes, unit: "bytes" }),
            { name: "state per trivial resource", value: trivialBytes, unit: "bytes" },
            ...(await added(pair, trivial, 1, "--parallel default", PARALLEL["--parallel default"])),
        ];
        for (const [title, parallel] of Object.entries(PARALLEL)) rows.push(...(await added(pair, trivial, SHARES, title, parallel)));
        return [...rows, ...(await changed(pair, bytes))];
    });
}

/** From no share to `shares` shares and back. */
async function added(pair: Pair, trivial: (shares: number) => string, shares: number, title: string, parallel: number): Promise<Row[]> {
    const flags = title.endsWith("default") ? [] : ["--parallel", String(parallel)];
    const up = async (what: string, stack: Stack, program: string): Promise<Measured> => {
        stack.write(program);
        return measure(`${title}, ${shares} ${what}`, stack, "up", { flags });
    };
    const ours = await up("new", pair.ours, sharesProgram(shares));
    await pair.prove(shares);
    const floor = await up("new, trivial", pair.trivial, trivial(shares));
    const ourRemoval = await up("removed", pair.ours, sharesProgram(0));
    const floorRemoval = await up("removed, trivial", pair.trivial, trivial(0));

    const most = Math.ceil(shares / parallel) + 2;
    const name = (what: string): string => `up, ${what} ${shares === 1 ? "share" : "shares"}, ${title}`;
    return [
        ...rowsOf(name(`${shares} new`), ours, floor, most),
        atMost(500, { name: `${name(`${shares} new`)}: remote time of 8 shares`, value: ours.eightMs, unit: "ms" }),
        atMost(40, { name: `${name(`${shares} new`)}: memory above trivial`, value: ours.memory - floor.memory, unit: "MiB" }),
        ...rowsOf(name(`${shares} removed`), ourRemoval, floorRemoval, most),
    ];
}

function rowsOf(name: string, ours: Measured, floor: Measured, mostRemote: number): Row[] {
    const trivial = seconds(`${name}: trivial`, [floor.seconds]);
    return [
        compared(seconds(name, [ours.seconds]), trivial),
        trivial,
        atMost(mostRemote, count(`${name}: remote executions`, ours.remote)),
        { name: `${name}: remote time`, value: ours.remoteMs, unit: "ms" },
        count(`${name}: API calls`, ours.api),
        { name: `${name}: memory`, value: ours.memory, unit: "MiB" },
    ];
}

async function changed({ ours, trivial }: Pair, bytes: number): Promise<Row[]> {
    ours.write(sharesProgram(SHARES));
    await ours.up();
    await ours.config("comment", "changed");
    const all = await measure(`${SHARES} changed`, ours, "up");
    trivial.write(trivialProgram(SHARES, bytes));
    await trivial.up();
    trivial.write(trivialProgram(SHARES, bytes + 2));
    const floor = await measure(`${SHARES} changed, trivial`, trivial, "up");
    return rowsOf(`up, ${SHARES} shares changed`, all, floor, Math.ceil(SHARES / PARALLEL["--parallel default"]) + 2);
}

/** The bytes that one more of them adds to the state. */
async function stateBytes(stack: Stack, program: (shares: number) => string): Promise<number> {
    const size = async (shares: number): Promise<number> => {
        stack.write(program(shares));
        await stack.up();
        return stateSize(stack);
    };
    const [three, one] = [await size(3), await size(1)];
    stack.write(program(0));
    await stack.up();
    return Math.round((three - one) / 2);
}
