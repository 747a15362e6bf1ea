import { labNameFault } from "../../lab/src/machine/layout";
import { endLeftover, labExists, labKind, labPrepared } from "./lab";
import { becomeOwner } from "./lab-owner";
import { makeRunDirectory, runDirectory } from "./run-directory";
import { join } from "node:path";
import { recordSpending } from "./spent";
import { labNamesFault } from "./worker";

/**
 * Before the first e2e test: creates this run's folder, builds what its labs are made of, and notes which lab was up, so that it can stay up.
 * `nonFlagArgs`: the files of the run, if not all.
 */
export default async function setUp({ maxWorkers, nonFlagArgs = [] }: { maxWorkers: number; nonFlagArgs?: string[] }): Promise<void> {
    const fault = labNamesFault(maxWorkers, labNameFault);
    if (fault !== undefined) throw new Error(fault);
    await endLeftover();
    becomeOwner();
    makeRunDirectory();
    recordSpending(process.env["PVESMB_SPENT"] ?? join(runDirectory(), "spent.jsonl"));
    await labPrepared({ domain: nonFlagArgs.length === 0 || nonFlagArgs.some((path) => /\bad\b/.test(path)) });
    if (labExists()) process.env["PVESMB_KEEP_LAB"] = JSON.stringify(labKind());
}
