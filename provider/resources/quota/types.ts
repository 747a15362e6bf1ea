import type { QuotaInputs, QuotaOutputs } from "../../model";

/** Outputs, the path among them, which is an input too when the user chose it. */
export type Outputs = Partial<QuotaOutputs> & { path?: string };
/** What is stored. */
export type QuotaState = QuotaInputs & Outputs;
