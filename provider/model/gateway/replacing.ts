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
            reason: "the container is protected in Proxmox VE; set `protection: false` and run `pulumi up` first",
        });
    if (data === undefined || data["bind"] !== undefined || state["ready"] !== true) return faults;
    const volume = typeof state["dataVolume"] === "string" ? ` ${state["dataVolume"]}` : "";
    if (state["dataOnDelete"] !== "destroy")
        faults.push({
            property: "dataOnDelete",
            reason: `the data volume${volume} would be destroyed with the container; to keep the files, create a second gateway and copy them; to delete them, set \`dataOnDelete: "destroy"\` and run \`pulumi up\` first`,
        });
    else if (next?.["volume"] !== undefined)
        faults.push({
            property: "data.volume",
            reason: `the data volume${volume} would be destroyed with the container (\`dataOnDelete\`), so it could not be attached to the new one; set \`data.storage\` and \`size\` to start with an empty volume, or create another gateway with \`data: { volume: ... }\` before you remove this one`,
        });
    return faults;
}

/**
 * When the engine refuses to delete a protected resource, its message only suggests `pulumi state unprotect`, which is not enough
 * (docs/facts/pulumi.md 5). So the way to delete it is printed when the gateway is created.
 */
export function announcements(news: Tree): string[] {
    if (news["mode"] === "native") return ["no backup job of Proxmox VE has its data: they are in /srv/pvesmb on the node itself"];
    const data = isTree(news["data"]) ? news["data"] : undefined;
    if (data === undefined || data["bind"] !== undefined || (news["dataOnDelete"] ?? "refuse") !== "refuse") return [];
    return [
        'it will hold data, so it is protected against deletion; to delete it with its data later, first set `dataOnDelete: "destroy"` and run `pulumi up` (not `pulumi state unprotect`)',
    ];
}
