import { createHmac, timingSafeEqual } from "node:crypto";
import type { MarkKeys } from "./mark-keys";

/**
 * pvesmb's mark: an HTML comment in a guest's notes, which PVE's web interface does not show. From the create call on it names the guest's
 * owner and progress, later also its SSH host keys. Anybody with VM.Config.Options can write notes, so a mark counts only with a valid MAC
 * (docs/decisions/0019).
 */
export interface Mark {
    /** The URN of the resource. */
    key: string;
    /** Random per create: a copied or replaced guest has another nonce or another VMID. */
    nonce: string;
    vmid: number;
    phase: "creating" | "ready";
    /** Unix time, in seconds, until which the creating process counts as alive. */
    lease: number;
    /** SHA-256 fingerprints of the guest's SSH host keys. */
    hostKeys: string[];
    /** The program does not declare the data volume's size, so a Quota may set it (docs/decisions/0010). */
    openSize?: boolean;
}

/** The contents of a mark, not verified. */
export type Claim = Mark & { mac?: string };

const FORMAT = 1;
const PATTERN = /\n*<!-- pvesmb (\d+) (\{.*?\}) -->\n*/;

/** Notes with the user's text followed by the signed mark. */
export function withMark(text: string, mark: Mark, keys: MarkKeys): string {
    return withClaim(text, { ...plain(mark), mac: macOf(mark, keys[0] ?? Buffer.alloc(0)) });
}

/** Notes with an unverified mark, for pvesmb-pct, which looks for a mark but cannot verify it. */
export function withClaim(text: string, claim: Claim): string {
    // `-->` in the URN would end the comment; JSON can escape it.
    const json = JSON.stringify(claim)
        .replaceAll(">", "\\u003e")
        .replaceAll("}", "\\u007d")
        .replace(/\\u007d$/, "}");
    return `${text.trim() === "" ? "" : `${text.trim()}\n\n`}<!-- pvesmb ${FORMAT} ${json} -->`;
}

/** Splits notes into the user's text and the mark, if it has a known format. Does not verify the mark. */
export function readClaim(description: string | undefined): { text: string; claim?: Claim } {
    const notes = description ?? "";
    const match = PATTERN.exec(notes);
    const text = notes.replace(PATTERN, "\n\n").trim();
    if (!match || Number(match[1]) !== FORMAT) return { text };
    try {
        const claim: unknown = JSON.parse(match[2] ?? "");
        return isClaim(claim) ? { text, claim } : { text };
    } catch {
        return { text };
    }
}

/** The mark in a guest's notes, if one of the keys signed it for this VMID. The mark of a copy is not authentic. */
export function readMark(description: string | undefined, vmid: number, keys: MarkKeys): Mark | undefined {
    const { claim } = readClaim(description);
    return claim !== undefined && claim.vmid === vmid && signerOf(claim, keys) !== undefined ? plain(claim) : undefined;
}

/** Signed, but not with the current key: the secret has changed since. */
export function isOutdated(description: string | undefined, keys: MarkKeys): boolean {
    const { claim } = readClaim(description);
    return claim !== undefined && (signerOf(claim, keys) ?? 0) > 0;
}

/** The index of the key that signed it. */
export function signerOf(claim: Claim, keys: MarkKeys): number | undefined {
    const { mac } = claim;
    if (mac === undefined) return undefined;
    const found = keys.findIndex((key) => same(macOf(claim, key), mac));
    return found < 0 ? undefined : found;
}

/** Covers all fields in a canonical form. */
function macOf({ key, nonce, vmid, phase, lease, hostKeys, openSize }: Mark, secret: Buffer): string {
    const said = JSON.stringify([FORMAT, key, nonce, vmid, phase, lease, hostKeys, openSize === true]);
    return createHmac("sha256", secret).update(said).digest("base64url");
}

function same(one: string, other: string): boolean {
    const [a, b] = [Buffer.from(one), Buffer.from(other)];
    return a.length === b.length && timingSafeEqual(a, b);
}

function plain({ key, nonce, vmid, phase, lease, hostKeys, openSize }: Mark): Mark {
    return { key, nonce, vmid, phase, lease, hostKeys, ...(openSize === true ? { openSize } : {}) };
}

function isClaim(value: unknown): value is Claim {
    if (typeof value !== "object" || value === null) return false;
    const { key, nonce, vmid, phase, lease, hostKeys, openSize, mac } = value as Record<string, unknown>;
    return (
        typeof key === "string" &&
        typeof nonce === "string" &&
        Number.isSafeInteger(vmid) &&
        (phase === "creating" || phase === "ready") &&
        Number.isSafeInteger(lease) &&
        Array.isArray(hostKeys) &&
        hostKeys.every((each) => typeof each === "string") &&
        (openSize === undefined || typeof openSize === "boolean") &&
        (mac === undefined || typeof mac === "string")
    );
}
