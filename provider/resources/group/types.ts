import type { GroupInputs, GroupOutputs } from "../../model/group/inputs";

/** Outputs, the number among them, which is an input too when the user chose it. */
export type Outputs = Partial<GroupOutputs> & { gid?: number };
/** What is stored. */
export type GroupState = GroupInputs & Outputs;
