import type { AdFailure } from "../../ad";

/** Failures of a membership that a new join mends, in words. */
export const BROKEN: Partial<Record<AdFailure, string>> = {
    "not-joined": "the gateway has no secrets of a membership",
    "account-gone": "the computer account was deleted in the domain",
    "secret-differs":
        "the domain no longer takes the gateway's password: the account was reset, or the gateway restored from an old backup",
    "account-disabled": "the computer account is disabled",
};
