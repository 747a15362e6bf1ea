import type { QuotaInputs, QuotaOutputs } from "../../model";

/** Outputs, including the path, which is also an input if the user chose it. */
export type Outputs = Partial<QuotaOutputs> & { path?: string };
/** Stored state. */
export type QuotaState = QuotaInputs & Outputs;
