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

/** What a backend sees of a tree. */
export interface Found {
    /** The object that has the limit. */
    place: string;
    /** Bytes that are enforced; undefined: there is no limit. */
    limit: number | undefined;
    /** Other inputs as they really are. */
    observed: Partial<Record<keyof QuotaInputs, unknown>>;
    figures: Figures;
    drift: string[];
    usage?: Outputs["usage"];
    /** How the gateway itself can read what is used. */
    source: UsageSource;
    /** Whether a limit stands there in a way that only a quota sets: without a claim of ours it is somebody else's. */
    limited: boolean;
}

/** A limit that is to be set. */
export interface Change {
    id: string;
    found: Found;
    inputs: QuotaInputs;
    /** Writes who has the tree; before anything else. */
    claim: (to?: { place?: ClaimPlace; aside?: string }) => Step[];
    /** To be called when that stands. */
    claimed: () => void;
    /** Where the directory's files are since a conversion that was cut off. */
    aside?: string;
    /** To be called when the directory is another one than those who are connected have open. */
    replaced: () => void;
    /** So it was before, and they could not be disconnected. */
    unended: boolean;
    /** Throws if what came of it is not what was wanted; else what is left to do on the gateway. */
    settle: (after: Found) => Step[];
}

/** One way to hold a limit. `look` changes nothing; `apply` runs the same steps for new and for changed limits, and looks what came of them. */
export interface Backend {
    name: BackendName;
    look(): Promise<Found>;
    /** Throws, before anything is touched, what cannot be. */
    refuse?(found: Found, inputs: QuotaInputs, aside: string | undefined): void;
    apply(change: Change): Promise<Pick<Outputs, "made"> & { after: Found }>;
    /** Takes the limit away; the data stays. Gives what is left to do on the gateway. */
    release(id: string): Promise<Pick<Unit, "steps" | "activates">>;
}

export interface Opening {
    /** With figures as they are at this moment, for a change; else as the file system happens to know them. */
    closely: boolean;
    /** What held the limit last, as far as is known: that is looked at first. */
    was?: BackendName;
    before?: QuotaState;
}

/** A limit that is exceeded already would fail every write from its first moment. */
export function refuseBelowUse(found: Found, inputs: QuotaInputs): void {
    if (bytesOf(inputs.limit) < found.figures.used)
        throw new PvesmbError(
            "InvalidInput",
            `limit: ${rough(found.figures.used)} are used in ${found.place}, more than ${inputs.limit}; remove files first, or ask for more`,
            { property: "limit" },
        );
}
