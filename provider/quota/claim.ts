import { createHash } from "node:crypto";
import { basename, dirname } from "node:path";
import type { Gather, Step } from "../hosts/batch";
import { ownedBy } from "../hosts/steps";
import { OWN_DATA } from "../model/paths";

/**
 * Who limits which directory of a gateway: one file per quota, beside the data, where a gateway that is rebuilt on it finds it. It is
 * written before the limit is set, so that a create that was cut off knows its own limit again.
 */
export interface Claim {
    key: string;
    nonce: string;
    path: string;
    backend: string;
    /** Where the directory's files are while it is made into another object. */
    aside?: string;
}

export const CLAIMS = `${OWN_DATA}/quotas`;
export const CLAIMS_LOOK: Gather = { files: [`${CLAIMS}/*.json`] };
const HERE: ClaimPlace = { directory: CLAIMS };
const FORMAT = 1;

/** Where claims are written: by the gateway, or by the node that has its data, in the name of the gateway's root. */
export interface ClaimPlace {
    directory: string;
    /** Number of the gateway's root. */
    root?: string;
}

/** By the directory that is limited: of two quotas on one tree the second fails. */
export function claimPath(path: string, directory = CLAIMS): string {
    return `${directory}/${createHash("sha256").update(path).digest("hex").slice(0, 32)}.json`;
}

export function renderClaim(claim: Claim): string {
    return `${JSON.stringify({ v: FORMAT, ...claim })}\n`;
}

export function parseClaim(text: string | undefined): Claim | undefined {
    try {
        const claim = JSON.parse(text ?? "") as Claim & { v: number };
        return claim.v === FORMAT && isBeside(claim) ? claim : undefined;
    } catch {
        return undefined;
    }
}

/** As asideOf (resources/quota/conversion.ts) names it: root of the gateway may have written something else. */
const isBeside = ({ path, aside }: Claim): boolean =>
    aside === undefined || (dirname(aside) === dirname(path) && /^\.pvesmb-convert-[0-9a-f]+$/.test(basename(aside)));

/** `known` is what the claim must contain if there is one: our key at a create, our nonce later; `before` the directory of then. */
export function claimSteps(claim: Claim, known: string, options: { adopt: boolean; before?: string }, place = HERE): Step[] {
    const { before = claim.path } = options;
    const { directory, root } = place;
    const theirs = { owner: root, group: root };
    const moved =
        before === claim.path ? [] : [ours(before, claim.nonce, place), { do: "remove", path: claimPath(before, directory) } as const];
    return [
        // No link of the guest's leads elsewhere: such a step refuses one in any part of the path.
        { do: "directory", path: directory, mode: "0700", ...theirs },
        ...(options.adopt ? [] : [ours(claim.path, known, place)]),
        { do: "write", path: claimPath(claim.path, directory), content: renderClaim(claim), mode: "0600", ...theirs },
        ...moved,
    ];
}

export const claimRemovalSteps = (path: string, nonce: string): Step[] => [ours(path, nonce), { do: "remove", path: claimPath(path) }];

const ours = (path: string, claim: string, { directory } = HERE): Step =>
    ownedBy(
        claimPath(path, directory),
        claim,
        `${path} has a quota of another resource already; a tree has one limit: leave this one out, delete that one, or take it over with \`adopt: true\``,
    );
