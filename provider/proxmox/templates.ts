import type { Pve } from "./client/client";
import { route } from "./client/form";
import { task, type Task } from "./tasks";
import { rows, text } from "./values/scalars";

/** A container template that Proxmox offers for download. */
export interface Appliance {
    /** File name: `debian-12-standard_12.7-1_amd64.tar.zst`. */
    template: string;
    /** Family: `debian-12-standard`. */
    package: string;
    version: string;
    os: string;
    section: string;
}

/** The list that `pveam update` last fetched; empty before its first run. */
export async function listAppliances(pve: Pve, node: string): Promise<Appliance[]> {
    return rows(await pve.get(route`/nodes/${node}/aplinfo`)).map((entry) => ({
        template: text(entry["template"]) ?? "",
        package: text(entry["package"]) ?? "",
        version: text(entry["version"]) ?? "",
        os: text(entry["os"]) ?? "",
        section: text(entry["section"]) ?? "",
    }));
}

/** Needs Datastore.AllocateTemplate on the storage. InvalidInput when the index lacks the template. */
export async function downloadAppliance(pve: Pve, node: string, storage: string, template: string): Promise<Task> {
    return task(pve, text(await pve.post(route`/nodes/${node}/aplinfo`, { storage, template })) ?? "");
}
