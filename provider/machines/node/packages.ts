import type { Deadline } from "../../base/deadline";
import type { Host } from "../../hosts";
import { quote } from "../../hosts";
import { parsePlan } from "../../samba/beside/apt-plan";
import { NOTES, runScript } from "../host/script";

/**
 * Purges what pvesmb installed on the node, and only if apt-get would touch nothing else. What was there before (samba-common, samba-libs,
 * smbclient: Proxmox VE's storage code needs them) is not in the notes.
 */
export async function removePackages(host: Host, deadline: Deadline): Promise<string | undefined> {
    const noted = words(await runScript(host, LIST, deadline));
    if (noted.length === 0) return undefined;
    const plan = parsePlan(await runScript(host, purge(["-s"], noted), deadline));
    const ours = new Set(noted);
    const others = plan.removes.filter((name) => !ours.has(name));
    if (others.length > 0) return `because apt-get would remove ${others.join(", ")} too`;
    if (plan.sets.length > 0) return `because apt-get would install or change ${plan.sets.map(({ name }) => name).join(", ")}`;
    if (plan.removes.length > 0) await runScript(host, `${ours.has("samba") ? DISABLE : ""}${purge([], noted)}`, deadline);
    return undefined;
}

const words = (text: string): string[] => text.split("\n").filter(Boolean);

/** Those of the notes that are still installed. */
const LIST = `cat ${NOTES} 2>/dev/null | while read -r name; do
    [ "$(dpkg-query -W -f '\${db:Status-Status}' "$name" 2>/dev/null)" != installed ] || echo "\${name%%:*}"
done`;

/** We enabled it, so its package's scripts do not know of the link. */
const DISABLE = "systemctl disable --quiet smbd\n";

/** Never more: the simulation said so, and no autoremove. */
const purge = (options: readonly string[], names: readonly string[]): string => `set -eu
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 NEEDRESTART_MODE=l LC_ALL=C
apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o APT::Get::AutomaticRemove=false ${quote([...options, "purge", ...names])}
`;
