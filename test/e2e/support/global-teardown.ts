import { labDown, labExists, type LabKind, labOf } from "./lab";
import { removeRunDirectory } from "./run-directory";

/** After the last e2e test: a lab that was up before stays up. */
export default async function tearDown(): Promise<void> {
    removeRunDirectory();
    const before = process.env["PVESMB_KEEP_LAB"];
    if (before !== undefined) await labOf(JSON.parse(before) as LabKind);
    else if (labExists()) await labDown();
}
