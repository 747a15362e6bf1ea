import type { Step } from "../hosts/batch";
import { fileName } from "./paths";
import { renderAlone } from "./share";
import type { ShareSection } from "./share";

/** A temporary config with this share's section alone and the given raw options, for some steps. */
export function withShareAlone(
    share: ShareSection,
    options: Record<string, string>,
    purpose: string,
    steps: (config: string) => Step[],
): Step[] {
    const config = `/run/pvesmb/${purpose}-${fileName(share.name)}.conf`;
    return [
        { do: "directory", path: "/run/pvesmb", mode: "0700" },
        { do: "write", path: config, content: `[global]\n${renderAlone(share, options)}`, mode: "0600" },
        ...steps(config),
        { do: "remove", path: config },
    ];
}
