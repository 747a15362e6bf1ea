import type { Step } from "../hosts/batch";
import { CLUSTER_PART, partPath } from "./config/part";
import { fileName } from "./paths";
import { renderAlone } from "./share";
import type { ShareSection } from "./share";
import { option, section } from "./text";

/**
 * A temporary config with this share's section alone and the given raw options, for some steps. With what makes the gateway part of a cluster,
 * if it is: share permissions are in the cluster's database. Samba passes over an include that is not there.
 */
export function withShareAlone(
    share: ShareSection,
    options: Record<string, string>,
    purpose: string,
    steps: (config: string) => Step[],
): Step[] {
    const config = `/run/pvesmb/${purpose}-${fileName(share.name)}.conf`;
    return [
        { do: "directory", path: "/run/pvesmb", mode: "0700" },
        {
            do: "write",
            path: config,
            content: section("global") + option("include", partPath(CLUSTER_PART)) + renderAlone(share, options),
            mode: "0600",
        },
        ...steps(config),
        { do: "remove", path: config },
    ];
}
