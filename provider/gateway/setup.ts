import { PvesmbError } from "../base/errors";
import type { Deadline } from "../base/deadline";
import type { Log } from "../base/log";
import type { GatherResult, Host, HostSession } from "../hosts";
import type { GatewayInputs } from "../model";
import { DATA_ROOT } from "../model/paths";
import { announceFirst } from "../samba/announce";
import { noClientLimit } from "../samba/clients";
import { memoryOf } from "./memory";
import { gatewayUnit, FACTS_FILE, parseSid } from "../samba/gateway-unit";
import { servicePackages } from "../samba/services";
import type { FragmentOwner } from "../samba/share";
import { files } from "../samba/store/files";
import { atLeast } from "../samba/versions";
import { bootstrapScript, parseBootstrap } from "./bootstrap";
import { hostKeysIn } from "../machines/ssh-keys";

/** Mount points of the gateway's own volumes. */
export const SPACES = ["/", DATA_ROOT];

export interface Configured {
    hostKeys: string[];
    /** File system sizes of SPACES. */
    spaces: GatherResult["statvfs"];
}

export interface Settings {
    claim: string;
    restart: boolean;
    deadline: Deadline;
    sambaVersion: string;
    formerLockout?: GatewayInputs["samba"]["lockout"];
}

const SLOW_MS = 3_000;

/** Installs Samba if it is missing. Runs first on a new host and needs only sh. */
export async function installSamba(host: Host, inputs: GatewayInputs, fresh: boolean, deadline: Deadline, log: Log): Promise<string> {
    const script = bootstrapScript({ ...inputs.packages, fresh, more: servicePackages(inputs.samba) });
    // A template with Samba takes a second; a download takes a minute without output.
    const slow = setTimeout(() => log.info(`installing Samba on ${host.name}`), SLOW_MS);
    const answer = await host.exec(["sh", "-s"], { stdin: script, deadline }).finally(() => clearTimeout(slow));
    const facts = parseBootstrap(answer.stdout);
    if (answer.code !== 0 || facts === undefined)
        throw new PvesmbError(
            "RemoteFailed",
            `installing Samba on ${host.name} failed (exit code ${answer.code}): ${tail(answer.stderr)}; check that the container can reach its package mirror (\`packages.mirror\`, \`packages.securityMirror\`, \`packages.proxy\`, \`nameservers\`)`,
        );
    if (facts.installed) log.info(`installed Samba ${facts.sambaVersion} on ${host.name}`);
    const floor = inputs.packages.minimumSambaVersion;
    if (!atLeast(facts.sambaVersion, floor))
        throw new PvesmbError(
            "InvalidInput",
            `packages.minimumSambaVersion: ${host.name} has Samba ${facts.sambaVersion}, older than ${floor}; use a newer template`,
            {
                property: "packages.minimumSambaVersion",
            },
        );
    return facts.sambaVersion;
}

const tail = (text: string): string => text.trim().split("\n").slice(-5).join(" | ");

/** Configures, enables and starts Samba with the machine SID stored with the data. Returns SSH host keys and file system sizes. */
export async function configureSamba(
    hostSession: HostSession,
    inputs: GatewayInputs,
    hostname: string,
    owner: FragmentOwner,
    options: Settings,
    log: Log,
): Promise<Configured> {
    const { executor } = hostSession;
    const look = await executor.gather({ files: [FACTS_FILE, "/etc/ssh/ssh_host_*_key.pub"], statvfs: SPACES }, options.deadline);
    const sid = parseSid(look.files[FACTS_FILE]);
    const settings = {
        hostname,
        samba: inputs.samba,
        memory: memoryOf(inputs),
        version: options.sambaVersion,
        formerLockout: options.formerLockout,
        securityUpdates: inputs.packages.securityUpdates,
    };
    const unit = gatewayUnit(settings, owner, options.claim, { sid, restart: options.restart });
    const commit = [...files.activate(true), ...(inputs.samba.discovery.avahi ? [announceFirst] : [])];
    // Not by the host session's queue: its batches require the mark that this one writes.
    const result = (await executor.batch({ units: [unit], verify: [], commit }, options.deadline)).units[unit.key];
    if (result?.ok !== true)
        throw new PvesmbError(result?.kind ?? "RemoteFailed", result?.message ?? "the gateway could not be configured");
    hostSession.snapshot.forget();
    if (result.steps["clients"]?.value !== "active") log.warn(noClientLimit(hostSession.name));
    return { hostKeys: hostKeysIn(look.files), spaces: look.statvfs };
}
