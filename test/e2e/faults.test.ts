import { control } from "./support/control";
import { Drill } from "./support/drill";
import { faultTable, type Row, type Stage } from "./support/fault-table";
import type { Operation } from "./support/stack";

/**
 * A table of faults at every remote step. After each, the next command finishes: one guest, one share, no orphan, no lock, no task; and
 * destroy leaves nothing. The default run has some rows of each kind, `make soak` has all.
 */
const soak = process.env["PVESMB_SOAK"] === "1";

let drill: Drill;

beforeAll(async () => {
    drill = await Drill.create("10.86.0.150", { from: 5000, to: 5099 });
});
afterEach(async () => {
    await control("clearFaults");
});
afterAll(() => drill?.dispose());

/** Runs the operation with the fault in it, then without when it failed. */
async function strike(operation: Operation, { what, stage, request, task, strike: blow, outcome }: Row): Promise<void> {
    const fault = request ? await control("injectRequest", request) : task ? await control("injectTask", task) : undefined;
    await blow?.prepare?.(drill);
    const { running } = drill.stack.operate(operation);
    await blow?.hit(drill, running);
    const { code, output, seconds } = await running.done;
    const seen = (await control("faults")).find(({ id }) => id === fault)?.seen ?? 0;
    await control("clearFaults");
    const ended = code === 0 ? "ends well" : "fails";
    if (fault !== undefined && seen <= (request?.after ?? 0)) throw new Error(`the fault never came:\n${output}`);
    if (soak) process.stdout.write(`${stage.padEnd(8)} ${what.padEnd(55)} ${ended.padEnd(10)} ${seconds.toFixed(1).padStart(6)} s\n`);

    if (outcome === "ends well") {
        if (code !== 0) throw new Error(`this should have ended well:\n${output}`);
        return;
    }
    expect(output).toMatch(outcome);
    expect(code).not.toBe(0);
    await blow?.repair?.(drill);
    await drill.stack[operation]();
}

/** The tests of a stage. One that fails leaves nothing for the next to stumble over. */
function stage(name: Stage, run: (row: Row) => Promise<void>): void {
    const rows = faultTable.filter((row) => row.stage === name && (soak || row.fast));
    test.each(rows.map((row): [string, Row] => [row.what, row]))(`${name}: %s`, async (_, row) => {
        try {
            await run(row);
        } catch (error) {
            await drill.reset();
            throw error;
        }
    });
}

stage("create", async (row) => {
    await strike("up", row);
    await drill.expectWhole();
    await drill.stack.destroy();
    await drill.expectNothing();
});

let round = 0;
stage("change", async (row) => {
    if ((await drill.guests()).length === 0) await drill.stack.up();
    const said = `round ${++round}`;
    drill.rewrite({ files: { description: said, data: { storage: "tank", size: `${256 + round}MiB` } }, docs: { comment: said } });
    await strike("up", row);
    await drill.expectWhole();
    const { config } = await drill.guest();
    expect(config["description"]).toContain(`${said}\n`);
    expect(config["mp0"]).toContain(`size=${256 + round}M`);
});

stage("destroy", async (row) => {
    if ((await drill.guests()).length === 0) await drill.stack.up();
    await strike("destroy", row);
    await drill.expectNothing();
});
