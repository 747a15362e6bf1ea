import { splitList } from "../pve/lists";
import type { Cluster } from "./cluster";

/** `purge`: a destroyed guest leaves replication and backup jobs as well; a job that named only this guest goes with it. */
export function forgetVmid(cluster: Cluster, vmid: number): void {
    for (const id of [...cluster.replication.keys()]) if (id.startsWith(`${vmid}-`)) cluster.replication.delete(id);
    for (const [id, job] of [...cluster.backupJobs]) {
        if (job["vmid"] === undefined) continue;
        const left = splitList(job["vmid"]).filter((entry) => entry !== String(vmid));
        if (left.length > 0) job["vmid"] = left.join(",");
        else cluster.backupJobs.delete(id);
    }
}
