import "./own-lab";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { labDown } from "../e2e/support/lab";
import { repository } from "../e2e/support/package";
import { makeRunDirectory, removeRunDirectory } from "../e2e/support/run-directory";
import { fiftyShares } from "./fifty-shares";
import { collector } from "./collector";
import { firstShare } from "./first-share";
import { Interrupt } from "./interrupt";
import { demo, labStart } from "./lab";
import { manyQuotas } from "./many-quotas";
import { manyShares } from "./many-shares";
import { noChange } from "./no-change";
import type { Row } from "./rows";
import { served } from "./smb";
import { results, table } from "./table";
import { thousandShares } from "./thousand-shares";
import { volumeQuotas } from "./volume-quotas";

/**
 * `make bench [ONLY=name]` runs the benches in turn, prints a table and writes bench-results.json. Exit code 1 means that something did not
 * work; a missed goal is only reported.
 */
const benches: Record<string, () => Promise<Row[]>> = {
    collector,
    lab: labStart,
    demo,
    "first-share": firstShare,
    "fifty-shares": fiftyShares,
    "no-change": noChange,
    "many-shares": manyShares,
    "thousand-shares": thousandShares,
    "many-quotas": manyQuotas,
    "volume-quotas": volumeQuotas,
    smb: served,
};

async function main(only: string | undefined): Promise<void> {
    const chosen = Object.entries(benches).filter(([name]) => only === undefined || name === only);
    if (chosen.length === 0) throw new Error(`there is no bench ${only ?? ""}: ${Object.keys(benches).join(", ")}`);
    const directory = makeRunDirectory();
    const interrupt = new Interrupt([`PVESMB_RUN_DIRECTORY=${directory}`, `PULUMI_HOME=${directory}/`]);
    const rows: Row[] = [];
    try {
        await labDown();
        for (const [name, bench] of chosen) {
            console.log(`\nbench ${name}`);
            try {
                rows.push(...shown(await bench()));
            } catch (error) {
                if (interrupt.requested) break;
                failed(error);
                // The next bench gets a lab without leftovers of this one.
                await labDown();
            }
        }
    } finally {
        interrupt.end();
        removeRunDirectory();
        await labDown();
    }
    if (interrupt.requested) throw new Error("interrupted; the lab is down and nothing is left");
    writeFileSync(join(repository, "bench-results.json"), results(rows));
}

function shown(rows: Row[]): Row[] {
    for (const line of table(rows)) console.log(`  ${line}`);
    return rows;
}

function failed(error: unknown): void {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode ??= 1;
}

main(process.argv[2]).catch(failed);
