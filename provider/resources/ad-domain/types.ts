import type { DomainInputs, DomainOutputs } from "../../model";

/** Outputs, with the inputs that were chosen. */
export type Outputs = Partial<DomainOutputs> & { workgroup?: string; computerName?: string; idRange?: string };
/** Stored state. */
export type DomainState = DomainInputs & Outputs;

/** A membership with every name decided. */
export interface Membership {
    domain: string;
    workgroup: string;
    computerName: string;
    idRange: string;
    servers?: readonly string[];
    /** SIDs of those who may log in; undefined: everybody of the domain. */
    allowed?: readonly string[];
}
