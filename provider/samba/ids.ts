import type { Step } from "../hosts/batch";
import { OWN_DATA } from "../model/paths";
import { LEAST_ACCOUNT_ID, MOST_ACCOUNT_ID } from "../model/text";

/** First uid and gid of accounts: above the distribution's, within the 65,536 ids of an unprivileged container (pve-api.md 3.3). */
export const FIRST_ID = 10_000;
export const LAST_ID = 59_999;

/** Ids reserved for names for ever. Stored with the data, so that files keep their owners on a rebuilt gateway. */
const IDS_FILE = `${OWN_DATA}/ids.json`;

/** Reserves an account's id: the one of its former name, else `want`, else the next free one. The step `id` returns it. */
export const reserve = (space: "uid" | "gid", name: string, id: string, want?: number, formerly?: string): Step => ({
    do: "reserve",
    id,
    file: IDS_FILE,
    space,
    name,
    from: FIRST_ID,
    to: LAST_ID,
    least: LEAST_ACCOUNT_ID,
    most: MOST_ACCOUNT_ID,
    taken: space === "uid" ? "passwd" : "group",
    ...(want === undefined ? {} : { want }),
    ...(formerly === undefined ? {} : { formerly }),
});

/**
 * A command that succeeds if the account is local and not the distribution's; an adopted system account is kept when its resource is
 * deleted.
 */
export const isLocal = (name: string, file: "/etc/passwd" | "/etc/group"): string[] => [
    "awk",
    "-F:",
    "-v",
    `name=${name}`,
    "$1 == name && $3 >= 1000 { found = 1 } END { exit !found }",
    file,
];
