import type { Deadline } from "../../base/deadline";
import { PvesmbError } from "../../base/errors";
import type { Host } from "../../hosts";
import type { HostInputs } from "../../model";
import { confines, detectScript, parseHost } from "../../samba/beside/detect";
import type { FoundHost } from "../../samba/beside/detect";
import type { HostSort } from "./sort";

/** What kind of host it is. Reads only, and needs only sh. */
export async function lookOver(host: Host, deadline: Deadline): Promise<FoundHost> {
    const answer = await host.exec(["sh", "-s"], { stdin: detectScript(), deadline });
    const found = parseHost(answer.stdout);
    if (found === undefined)
        throw new PvesmbError(
            "RemoteFailed",
            `${host.name} cannot be examined: sh ended with ${answer.code}: ${answer.stderr.trim().slice(-500) || "no output"}`,
            { dispatched: false },
        );
    return found;
}

/** Refuses a host that the mode is not for, before anything is touched. */
export function refuseHost(sort: HostSort, host: Host, found: FoundHost, inputs: HostInputs): void {
    const why = sort.refusal(found, inputs.packages.minimumSambaVersion);
    if (why !== undefined)
        throw new PvesmbError("InvalidInput", `ssh.host: ${host.name} cannot be a gateway: ${why}`, { property: "ssh.host" });
    if (confines(found))
        throw new PvesmbError(
            "InvalidInput",
            `ssh.host: an AppArmor profile of smbd is enforced on ${host.name}, which lets smbd see only what smb.conf had when it started: \`aa-complain smbd\` there, or allow /srv/pvesmb in /etc/apparmor.d/local/usr.sbin.smbd and disable the profile's enforcement`,
            { property: "ssh.host" },
        );
}
