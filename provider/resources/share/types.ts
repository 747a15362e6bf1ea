import type { ShareInputs, ShareOutputs } from "../../model";

/** Outputs, including the path, which is also an input if the user chose it. */
export type Outputs = Partial<ShareOutputs> & { path?: string };
/** Stored state. */
export type ShareState = ShareInputs & Outputs;
