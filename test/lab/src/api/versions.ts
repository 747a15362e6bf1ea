import type { Version } from "../pve/method-table";

/** What `GET /version` says for each profile. */
export const versions: Record<Version, { version: string; release: string; repoid: string }> = {
    "8.4": { version: "8.4.21", release: "8.4", repoid: "2606ac85" },
    "9.1": { version: "9.1.3", release: "9.1", repoid: "b6a7ea51" },
    "9.2": { version: "9.2.11", release: "9.2", repoid: "14a22df35955d97d" },
};
