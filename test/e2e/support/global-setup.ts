import { labExists } from "./lab";
import { makeRunDirectory } from "./run-directory";

/** Before the first e2e test: the folder of this run, and whether the lab is to go down at the end. */
export default function setUp(): void {
    makeRunDirectory();
    if (labExists()) process.env["PVESMB_KEEP_LAB"] = "1";
}
