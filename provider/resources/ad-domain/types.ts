import type { DomainInputs, DomainOutputs } from "../../model";

/** Outputs, with the inputs that were chosen. */
export type Outputs = Partial<DomainOutputs> & { workgroup?: string; computerName?: string; idRange?: string };
/** Stored state. */
export type DomainState = DomainInputs & Outputs;

/** The names of a membership that its mark has, too. */
export type Named = Pick<Membership, "domain" | "workgroup" | "computerName" | "idRange" | "backend">;

export const named = ({ domain, workgroup, computerName, idRange, backend }: Named): Named => ({
    ...{ domain, workgroup, computerName, idRange },
    ...(backend === undefined ? {} : { backend }),
});

/** A membership with every name decided. */
export interface Membership {
    domain: string;
    workgroup: string;
    computerName: string;
    idRange: string;
    /** Absent: numbers are reckoned from relative ids. */
    backend?: "ad" | undefined;
    servers?: readonly string[];
    /** SIDs of those who may log in; undefined: everybody of the domain. */
    allowed?: readonly string[];
}

/** Of inputs, as a membership has it. */
export const backendOf = ({ idmap }: { idmap?: DomainInputs["idmap"] | undefined }): "ad" | undefined =>
    idmap?.backend === "ad" ? "ad" : undefined;
