import { labDown, labExists } from "./lab";
import { removeRunDirectory } from "./run-directory";

/** After the last e2e test: a lab that was up before stays up. */
export default async function tearDown(): Promise<void> {
    removeRunDirectory();
    if (process.env["PVESMB_KEEP_LAB"] !== "1" && labExists()) await labDown();
}
