import { createHash } from "node:crypto";
import { basename, dirname } from "node:path";
import * as z from "zod";
import { parsed } from "../base/json";
import type { Gather, Step } from "../hosts/batch";
import { ownedBy } from "../hosts/steps";
import { OWN_DATA } from "../model/paths";

/**
 * Records which resource limits which directory of a gateway: one file per quota, stored with the data, so that a rebuilt gateway finds it.
 * It is written before the limit is set, so that an interrupted create recognizes its own limit.
 */
const written = z.object({
    key: z.string(),
    nonce: z.string(),
    path: z.string(),
    backend: z.string(),
    /** Where the directory's files are during a conversion. */
    aside: z.string().optional(),
});
export type Claim = z.infer<typeof written>;

export const CLAIMS = `${OWN_DATA}/quotas`;
export const CLAIMS_LOOK: Gather = { files: [`${CLAIMS}/*.json`] };
const HERE: ClaimPlace = { directory: CLAIMS };
const FORMAT = 1;

/** Where claims are written: by the gateway, or by the node that holds its data, on behalf of the gateway's root. */
export interface ClaimPlace {
    directory: string;
    /** Uid of the gateway's root on the node. */
    root?: string;
}

/** Named after the limited directory, so that a second quota on the same tree fails. */
export function claimPath(path: string, directory = CLAIMS): string {
    return `${directory}/${createHash("sha256").update(path).digest("hex").slice(0, 32)}.json`;
}

export function renderClaim(claim: Claim): string {
    return `${JSON.stringify({ v: FORMAT, ...claim })}\n`;
}

/** The claim on a directory. The gateway's root can write to this file, so one that names another directory, or files elsewhere, is none. */
export function parseClaim(text: string | undefined, path: string): Claim | undefined {
    const found = parsed(written.extend({ v: z.literal(FORMAT) }), text);
    return found?.path === path && isBeside(found) ? found : undefined;
}

/** Accepts only names that asideOf (resources/quota/conversion.ts) produces. */
const isBeside = ({ path, aside }: Claim): boolean =>
    aside === undefined || (dirname(aside) === dirname(path) && /^\.pvesmb-convert-[0-9a-f]+$/.test(basename(aside)));

/** `known`: what an existing claim must contain, our key at create and our nonce later. `before`: the previous directory. */
export function claimSteps(claim: Claim, known: string, options: { adopt: boolean; before?: string }, place = HERE): Step[] {
    const { before = claim.path } = options;
    const { directory, root } = place;
    const theirs = { owner: root, group: root };
    const moved =
        before === claim.path ? [] : [ours(before, claim.nonce, place), { do: "remove", path: claimPath(before, directory) } as const];
    return [
        // The guest's links are not followed: this step refuses a link in any component of the path.
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
        `${path} already has a quota of another resource; a directory can have only one: remove this one or that one, or take it over with \`adopt: true\``,
    );
