import { control } from "./support/control";
import { Drill } from "./support/drill";
import { faultTable, type Row, type Stage } from "./support/fault-table";
import { labUp } from "./support/lab";
import { SoakReport } from "./support/soak-report";
import type { Operation } from "./support/stack";

/**
 * A table of faults at every remote step. After each fault the next command succeeds: one guest, one share, no orphan, no lock, no task;
 * and destroy leaves nothing. The default run has some rows of each kind; `make soak` has all and writes docs/soak/fault-points.md.
 */
const soak = process.env["PVESMB_SOAK"] === "1";
const columns = ["stage", "fault", "the command", "its seconds", "then", "whole (s)"];
const report = new SoakReport("fault-points", "Faults at every remote step, and what came after", columns);
const repairs = new SoakReport("fault-points-repairs", "Faults while a volume comes back, an address changes, a share is renamed", columns);
/** Stages with a separate report. */
const OF_REPAIRS: Stage[] = ["mend", "move", "rename"];

const addresses = ["10.86.0.150", "10.86.0.158"] as const;
let drill: Drill;
let password: Record<string, string>;

beforeAll(async () => {
    const { PROXMOX_VE_USERNAME = "", PROXMOX_VE_PASSWORD = "" } = (await labUp()).environment;
    password = { PROXMOX_VE_API_TOKEN: "", PROXMOX_VE_USERNAME, PROXMOX_VE_PASSWORD };
    drill = await Drill.create(addresses[0], { from: 5000, to: 5099 });
    const version = (await drill.stack.pulumi(["version"])).stdout.trim();
    for (const each of [report, repairs]) each.fact("Pulumi", version);
});
afterEach(async () => {
    await control("clearFaults");
});
afterAll(() => drill?.dispose());

/** Runs the operation with the fault and, if it failed, again without. Returns what the failing command did. */
async function strike(operation: Operation, { request, task, strike: blow, login, outcome }: Row, flags: string[] = []): Promise<string[]> {
    const fault = request ? await control("injectRequest", request) : task ? await control("injectTask", task) : undefined;
    await blow?.prepare?.(drill);
    const { running } = drill.stack.operate(operation, { environment: login ? password : {}, flags });
    await blow?.hit(drill, running);
    const { code, output, seconds } = await running.done;
    const seen = (await control("faults")).find(({ id }) => id === fault)?.seen ?? 0;
    await control("clearFaults");
    const found = [code === 0 ? "ended well" : "failed", seconds.toFixed(1)];
    if (fault !== undefined && seen <= (request?.after ?? 0)) throw new Error(`the fault never came:\n${output}`);
    if (outcome === "ends well") {
        if (code !== 0) throw new Error(`this should have ended well:\n${output}`);
        return found;
    }
    expect(output).toMatch(outcome);
    expect(code).not.toBe(0);
    await blow?.repair?.(drill);
    await drill.stack[operation]({ flags });
    return found;
}

/** The tests of a stage. A failed test leaves nothing behind for the next one. */
function stage(name: Stage, run: (row: Row) => Promise<string[]>): void {
    const rows = faultTable.filter((row) => row.stage === name && (soak || row.fast));
    if (rows.length === 0) return;
    test.each(rows.map((row): [string, Row] => [row.what, row]))(`${name}: %s`, async (_, row) => {
        const began = Date.now();
        const note = (...cells: string[]): void => {
            if (soak)
                (OF_REPAIRS.includes(name) ? repairs : report).row(name, row.what, ...cells, ((Date.now() - began) / 1000).toFixed(1));
        };
        try {
            note(...(await run(row)), "all is well");
        } catch (error) {
            note("", "", "**not as it should be**");
            await drill.reset();
            throw error;
        }
    });
}

stage("create", async (row) => {
    const found = await strike("up", row);
    await drill.expectWhole();
    await drill.stack.destroy();
    await drill.expectNothing();
    return found;
});

let round = 0;
/** The data volume after that many changes. A volume cannot shrink, so later stages keep the size. */
const grown = (): { data: { storage: string; size: string } } => ({ data: { storage: "tank", size: `${256 + round}MiB` } });

stage("change", async (row) => {
    if ((await drill.guests()).length === 0) await drill.stack.up();
    const said = `round ${++round}`;
    drill.rewrite({ files: { description: said, ...grown() }, docs: { comment: said } });
    const found = await strike("up", row);
    await drill.expectWhole();
    const { config } = await drill.guest();
    expect(config["description"]).toContain(`${said}\n`);
    expect(config["mp0"]).toContain(`size=${256 + round}M`);
    return found;
});

stage("unshare", async (row) => {
    drill.rewrite({ files: grown() });
    await drill.stack.up();
    await drill.expectWhole();
    drill.rewrite({ files: grown(), docs: false });
    const found = await strike("up", row);
    await drill.expectWhole(false);
    return found;
});

stage("share", async (row) => {
    drill.rewrite({ files: grown(), docs: false });
    await drill.stack.up();
    drill.rewrite({ files: grown() });
    const found = await strike("up", row);
    await drill.expectWhole();
    return found;
});

stage("mend", async (row) => {
    drill.rewrite({ files: grown() });
    await drill.stack.up();
    const volume = String((await drill.guest()).config["mp0"]).split(",")[0] ?? "";
    await drill.takeDataOff();
    const found = await strike("up", row, ["--refresh"]);
    await drill.expectWhole();
    const { config } = await drill.guest();
    expect(config["mp0"]).toContain(`${volume},`);
    expect(Object.keys(config).filter((key) => key.startsWith("unused"))).toEqual([]);
    return found;
});

stage("move", async (row) => {
    drill.rewrite({ files: grown() });
    await drill.stack.up();
    drill.moveTo(addresses.find((each) => each !== drill.at) ?? "");
    drill.rewrite({ files: grown() });
    const found = await strike("up", row);
    await drill.expectWhole();
    expect((await drill.guest()).config["net0"]).toContain(`ip=${drill.at}/`);
    return found;
});

stage("rename", async (row) => {
    drill.rewrite({ files: grown() });
    await drill.stack.up();
    drill.rewrite({ files: grown(), name: "papers" });
    const found = await strike("up", row);
    await drill.expectWhole("papers");
    return found;
});

stage("destroy", async (row) => {
    if ((await drill.guests()).length === 0) await drill.stack.up();
    const found = await strike("destroy", row);
    await drill.expectNothing();
    return found;
});
