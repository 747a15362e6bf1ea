import type { Step } from "../hosts/batch";
import { OWN_DATA } from "../model/paths";

/** Numbers for accounts: above the distribution's, within the 65,536 ids of an unprivileged container (pve-api.md 3.3). */
export const FIRST_ID = 10_000;
const LAST_ID = 59_999;

/** Where names keep their numbers for ever: beside the data, so that a rebuilt gateway gives files back to the right people. */
const IDS_FILE = `${OWN_DATA}/ids.json`;

/** Gives an account its number: the one it had before, if any, else `want` or the next free one. Its value, under the name `id`. */
export const reserve = (space: "uid" | "gid", name: string, id: string, want?: number, formerly?: string): Step => ({
    do: "reserve",
    id,
    file: IDS_FILE,
    space,
    name,
    from: FIRST_ID,
    to: LAST_ID,
    taken: space === "uid" ? "passwd" : "group",
    ...(want === undefined ? {} : { want }),
    ...(formerly === undefined ? {} : { formerly }),
});

/** A command that succeeds when the account is there and not the distribution's: that was taken over, and stays when its resource goes. */
export const isLocal = (name: string, file: "/etc/passwd" | "/etc/group"): string[] => [
    "awk",
    "-F:",
    "-v",
    `name=${name}`,
    "$1 == name && $3 >= 1000 { found = 1 } END { exit !found }",
    file,
];
