import type { Failure } from "../../base/handler";
import { isTree, type Tree } from "../tree";

/**
 * Why a gateway in this state cannot be replaced. Deletion uses the stored state, so the remedy must be a separate `up` before. What the
 * state does not show (files on the root file system, HA, a VMID in use) is checked at deletion, before anything is changed.
 */
export function irreplaceable(state: Tree, news: Tree): Failure[] {
    const [data, next] = [state["data"], news["data"]].map((each) => (isTree(each) ? each : undefined));
    const faults: Failure[] = [];
    if (state["protection"] === true)
        faults.push({
            property: "protection",
            reason: "the guest is protected in Proxmox VE; set `protection: false` and run `pulumi up` first",
        });
    if (data === undefined || data["bind"] !== undefined || state["ready"] !== true) return faults;
    const volume = typeof state["dataVolume"] === "string" ? ` ${state["dataVolume"]}` : "";
    if (state["dataOnDelete"] !== "destroy")
        faults.push({
            property: "dataOnDelete",
            reason: `the data volume${volume} would be destroyed with the guest; to keep the files, make another gateway beside it and copy them, or to let them go, set \`dataOnDelete: "destroy"\` and run \`pulumi up\` first`,
        });
    else if (next?.["volume"] !== undefined)
        faults.push({
            property: "data.volume",
            reason: `the data volume${volume} would be destroyed with the guest (\`dataOnDelete\`), and none be there to attach to the new one; give \`data.storage\` and \`size\` to begin with an empty one, or make another gateway with \`data: { volume: ... }\` before you take this one out`,
        });
    return faults;
}
