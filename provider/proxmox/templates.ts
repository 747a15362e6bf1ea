import type { Pve } from "./client/client";
import { route } from "./client/form";
import { task, type Task } from "./tasks";
import { rows, text } from "./values/scalars";

/**
 * File names of the container templates that Proxmox offers for download (`debian-12-standard_12.7-1_amd64.tar.zst`): the list that
 * `pveam update` last fetched, empty before its first run.
 */
export async function listAppliances(pve: Pve, node: string): Promise<string[]> {
    return rows(await pve.get(route`/nodes/${node}/aplinfo`)).map((entry) => text(entry["template"]) ?? "");
}

/** Needs Datastore.AllocateTemplate on the storage. InvalidInput when the index lacks the template. */
export async function downloadAppliance(pve: Pve, node: string, storage: string, template: string): Promise<Task> {
    return task(pve, text(await pve.post(route`/nodes/${node}/aplinfo`, { storage, template })) ?? "");
}
