import { labDown, labExists, type LabKind, labOf, labOfWorkerDown } from "./lab";
import { disown } from "./lab-owner";
import { removeRunDirectory } from "./run-directory";
import { endRecording } from "./spent";

/** After the last e2e test: a lab that was up before the run stays up; the other workers' labs go down. */
export default async function tearDown({ maxWorkers }: { maxWorkers: number }): Promise<void> {
    endRecording();
    removeRunDirectory();
    for (let worker = 2; worker <= maxWorkers; worker++) await labOfWorkerDown(worker);
    const before = process.env["PVESMB_KEEP_LAB"];
    if (before !== undefined) {
        await labOf(JSON.parse(before) as LabKind);
        disown();
    } else if (labExists()) await labDown();
}
