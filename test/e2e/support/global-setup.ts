import { labExists, labKind } from "./lab";
import { makeRunDirectory } from "./run-directory";

/** Before the first e2e test: the folder of this run, and what lab was up, which is left as it was. */
export default function setUp(): void {
    makeRunDirectory();
    if (labExists()) process.env["PVESMB_KEEP_LAB"] = JSON.stringify(labKind());
}
