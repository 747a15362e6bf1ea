import { basename } from "node:path/posix";
import type { Step } from "../hosts/batch";
import { fragmentPath } from "./paths";
import { renderProbe } from "./share";
import type { ShareSection } from "./share";

/** A share's section by itself, in a file that is there for some steps only. */
export function withShareAlone(share: ShareSection, purpose: string, steps: (config: string) => Step[]): Step[] {
    const config = `/run/pvesmb/${purpose}-${basename(fragmentPath(share.name))}`;
    const content = `[global]\n${renderProbe({ ...share, settings: [], modules: { plain: "", macos: "" } })}`;
    return [
        { do: "directory", path: "/run/pvesmb", mode: "0700" },
        { do: "write", path: config, content, mode: "0600" },
        ...steps(config),
        { do: "remove", path: config },
    ];
}
