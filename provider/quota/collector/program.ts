import { asset } from "../../base/asset";
import type { Step } from "../../hosts/batch";
import { COLLECTOR } from "./paths";

const MODULES = ["__main__", "alerts", "collect", "entries", "history", "levels", "metrics", "ring", "sources", "state", "trend"] as const;

/** Installs the program's modules on the host. */
export function programSteps(): Step[] {
    return [
        { do: "directory", path: COLLECTOR.program, mode: "0755" },
        ...MODULES.map((name): Step => ({
            do: "write",
            path: `${COLLECTOR.program}/${name}.py`,
            content: asset(`quota/collector/program/${name}.py`),
            mode: "0644",
        })),
    ];
}
