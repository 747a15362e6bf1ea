/** Numbers for accounts: above the distribution's, within the 65,536 ids of an unprivileged container (pve-api.md 3.3). */
export const FIRST_ID = 10_000;
export const LAST_ID = 59_999;

/** Where names keep their numbers for ever: beside the data, so that a rebuilt gateway gives files back to the right people. */
export const IDS_FILE = "/srv/pvesmb/.pvesmb/ids.json";
