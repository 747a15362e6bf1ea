import type { GroupInputs, GroupOutputs } from "../../model/group/inputs";

/** Outputs, including the gid, which is also an input if the user chose it. */
export type Outputs = Partial<GroupOutputs> & { gid?: number };
/** Stored state. */
export type GroupState = GroupInputs & Outputs;
