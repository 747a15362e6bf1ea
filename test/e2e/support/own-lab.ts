import { ownRunDirectory } from "./run-directory";
import { labNameOf } from "./worker";

/** Before anything of a test file is loaded, since test/lab fixes its place when it is: the lab and the run directory of this worker. */
const worker = Number(process.env["JEST_WORKER_ID"] ?? 1);
process.env["LAB_NAME"] = labNameOf(worker);
ownRunDirectory(worker);
