import { createHash } from "node:crypto";
import type { Step, Unit } from "../hosts/batch";
import { DATA_ROOT } from "../model/paths";

/**
 * Who limits which directory of a gateway: one file per quota, beside the data, where a gateway that is rebuilt on it finds it. It is
 * written before the limit is set, so that a create that was cut off knows its own limit again.
 */
export interface Claim {
    key: string;
    nonce: string;
    path: string;
    backend: string;
}

export const CLAIMS = `${DATA_ROOT}/.pvesmb/quotas`;
const FORMAT = 1;

/** By the directory that is limited: of two quotas on one tree the second fails. */
export function claimPath(path: string): string {
    return `${CLAIMS}/${createHash("sha256").update(path).digest("hex").slice(0, 32)}.json`;
}

export function renderClaim(claim: Claim): string {
    return `${JSON.stringify({ v: FORMAT, ...claim })}\n`;
}

export function parseClaim(text: string | undefined): Claim | undefined {
    try {
        const claim = JSON.parse(text ?? "") as Claim & { v: number };
        return claim.v === FORMAT ? claim : undefined;
    } catch {
        return undefined;
    }
}

/** `known` is what the claim must contain if there is one: our key at a create, our nonce later; `before` the directory of then. */
export function claimUnit(claim: Claim, known: string, options: { adopt: boolean; before?: string }): Unit {
    const { before = claim.path } = options;
    const moved = before === claim.path ? [] : [ours(before, claim.nonce), { do: "remove", path: claimPath(before) } as const];
    return {
        key: `quota:${claim.nonce}`,
        steps: [
            { do: "directory", path: CLAIMS, mode: "0700" },
            ...(options.adopt ? [] : [ours(claim.path, known)]),
            { do: "write", path: claimPath(claim.path), content: renderClaim(claim), mode: "0600" },
            ...moved,
        ],
    };
}

export function claimRemovalUnit(path: string, nonce: string): Unit {
    return { key: `quota:${nonce}`, steps: [ours(path, nonce), { do: "remove", path: claimPath(path) }] };
}

const ours = (path: string, text: string): Step => ({
    do: "owned",
    path: claimPath(path),
    text,
    message: `${path} has a quota of another resource already; a tree has one limit: leave this one out, delete that one, or take it over with \`adopt: true\``,
});
