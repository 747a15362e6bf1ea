import type { Deadline } from "../base/deadline";
import { PvesmbError } from "../base/errors";
import type { Log } from "../base/log";
import type { GatherResult, Host, HostSession } from "../hosts";
import { asset } from "../base/asset";
import { hostKeysIn } from "../machines/ssh-keys";
import type { GatewayState } from "../machines/state";
import type { GatewayInputs } from "../model";
import { besideDrift } from "../samba/beside/config";
import { besideStore } from "../samba/beside/store";
import { besideUnit } from "../samba/beside/unit";
import { hostFacts } from "../samba/facts";
import { nonceIn } from "../samba/gateway-unit";
import { SAMBA } from "../samba/paths";
import type { FragmentOwner } from "../samba/share";
import { files } from "../samba/store/files";
import { atLeast } from "../samba/versions";
import { PACKAGES, parseBootstrap } from "./bootstrap";
import { wantedBy } from "./drift";
import { SPACES } from "./setup";
import type { Configured } from "./setup";

/** Installs what is missing on a host that is not ours. */
export async function installBeside(host: Host, inputs: GatewayInputs, deadline: Deadline, log: Log): Promise<string> {
    const answer = await host.exec(["sh", "-s", "--", ...PACKAGES], { stdin: asset("samba/beside/install.sh"), deadline });
    const facts = parseBootstrap(answer.stdout);
    if (answer.code !== 0 || facts === undefined)
        throw new PvesmbError(
            "RemoteFailed",
            `installing ${PACKAGES.join(", ")} on ${host.name} failed (exit code ${answer.code}): ${answer.stderr.trim().split("\n").slice(-5).join(" | ")}; check that \`apt-get install\` works there. Parts of Samba are installed in the version of the installed \`samba\`: if its mirror no longer has that, upgrade samba there first`,
        );
    if (facts.installed) log.info(`installed what was missing of ${PACKAGES.join(", ")} on ${host.name}`);
    refuseOldSamba(host, inputs, facts.sambaVersion);
    return facts.sambaVersion;
}

export function refuseOldSamba(host: Host, inputs: GatewayInputs, version: string): void {
    const floor = inputs.packages.minimumSambaVersion;
    if (!atLeast(version, floor))
        throw new PvesmbError(
            "InvalidInput",
            `packages.minimumSambaVersion: ${host.name} has Samba ${version}, older than ${floor}; upgrade it there`,
            { property: "packages.minimumSambaVersion" },
        );
}

/** Puts our shares beside the host's own. */
export async function configureBeside(
    hostSession: HostSession,
    inputs: GatewayInputs,
    owner: FragmentOwner,
    claim: string,
    deadline: Deadline,
    commit = besideStore.activate(true),
): Promise<Configured> {
    const { executor } = hostSession;
    const look = await executor.gather({ files: ["/etc/ssh/ssh_host_*_key.pub"], statvfs: SPACES }, deadline);
    const unit = besideUnit(inputs.samba, owner, claim);
    const result = (await executor.batch({ units: [unit], verify: [], commit }, deadline)).units[unit.key];
    if (result?.ok !== true) throw new PvesmbError(result?.kind ?? "RemoteFailed", result?.message ?? "the gateway could not be set up");
    hostSession.snapshot.forget();
    return { hostKeys: hostKeysIn(look.files), spaces: look.statvfs };
}

/** The host's own shares and settings are never differences. */
export function besideGatewayDrift(look: GatherResult, state: GatewayState, nonce: string): string[] {
    return [
        ...(nonceIn(look.files[SAMBA.mark] ?? "") === nonce ? [] : [`${SAMBA.mark}: pvesmb's mark is missing`]),
        ...wantedBy("samba", besideDrift(state.samba, look)),
        ...files.foreign(look),
        ...wantedBy("samba", hostFacts(look).smbd.active ? [] : ["service smbd: not running"]),
    ];
}
