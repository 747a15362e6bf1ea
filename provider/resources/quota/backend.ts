import { PvesmbError } from "../../base/errors";
import type { Step, Unit } from "../../hosts";
import type { QuotaInputs } from "../../model";
import type { BackendName } from "../../model/quota/backends";
import { bytesOf } from "../../model/size";
import type { ClaimPlace } from "../../quota/claim";
import type { UsageSource } from "../../quota/collector";
import type { Figures } from "../../quota/figures";
import { rough } from "../../quota/volume";
import type { Outputs, QuotaState } from "./types";

/** What a backend finds at a tree. */
export interface Found {
    /** The object that carries the limit. */
    place: string;
    /** Enforced limit in bytes; undefined: no limit. */
    limit: number | undefined;
    /** Actual values of other inputs. */
    observed: Partial<Record<keyof QuotaInputs, unknown>>;
    figures: Figures;
    /** The gateway does not have the tree at its path, so the figures are unknown. */
    unseen?: true;
    drift: string[];
    usage?: Outputs["usage"];
    /** How the gateway itself can read the usage. */
    source: UsageSource;
    /** The tree has a limit of a kind that only a quota sets: without our claim it belongs to another owner. */
    limited: boolean;
}

/** A limit to set. */
export interface Change {
    id: string;
    found: Found;
    inputs: QuotaInputs;
    /** Writes the owner of the tree; runs before any other change. */
    claim: (to?: { place?: ClaimPlace; aside?: string }) => Step[];
    /** Call once the claim is written. */
    claimed: () => void;
    /** Where an interrupted conversion left the directory's files. */
    aside?: string;
    /** Call after the directory was replaced: open sessions still hold the old one. */
    replaced: () => void;
    /** A previous run replaced it but could not close the sessions. */
    unended: boolean;
    /** Throws if the result is not what was requested; otherwise returns the steps left for the gateway. */
    settle: (after: Found) => Step[];
}

/** One way to enforce a limit. `look` changes nothing; `apply` runs the same steps for new and changed limits, then checks the result. */
export interface Backend {
    name: BackendName;
    look(): Promise<Found>;
    /** Throws if the limit is impossible, before anything is changed. */
    refuse?(found: Found, inputs: QuotaInputs, aside: string | undefined): void;
    apply(change: Change): Promise<Pick<Outputs, "made"> & { after: Found }>;
    /** Removes the limit and keeps the data. Returns the steps left for the gateway. */
    release(id: string): Promise<Pick<Unit, "steps" | "activates">>;
}

export interface Opening {
    /** For a change: read exact figures; otherwise the file system's cached ones are enough. */
    closely: boolean;
    /** The last known backend; it is probed first. */
    was?: BackendName;
    before?: QuotaState;
}

/** If usage already exceeds the limit, every write would fail at once. One that is set already changes nothing. */
export function refuseBelowUse(found: Pick<Found, "limit" | "figures" | "place">, inputs: Pick<QuotaInputs, "limit">): void {
    const limit = bytesOf(inputs.limit);
    if (limit < found.figures.used && limit !== found.limit)
        throw new PvesmbError(
            "InvalidInput",
            `limit: ${rough(found.figures.used)} are in use in ${found.place}, more than ${inputs.limit}; delete files first, or set a higher limit`,
            { property: "limit" },
        );
}
