import type { ShareInputs, ShareOutputs } from "../../model";

/** Outputs, the path among them, which is an input too when the user chose it. */
export type Outputs = Partial<ShareOutputs> & { path?: string };
/** What is stored. */
export type ShareState = ShareInputs & Outputs;
