import type { UserInputs, UserOutputs } from "../../model";

/** Outputs, the numbers among them, which are inputs too when the user chose them. */
export type Outputs = Partial<UserOutputs> & { uid?: number; gid?: number };
/** What is stored. */
export type UserState = UserInputs & Outputs;
