import { ownRunDirectory } from "./run-directory";
import { labNameOf } from "./worker";

/** Sets the lab and the run directory of this worker before a test file is loaded, because test/lab fixes its paths when it is loaded. */
const worker = Number(process.env["JEST_WORKER_ID"] ?? 1);
process.env["LAB_NAME"] = labNameOf(worker);
ownRunDirectory(worker);
