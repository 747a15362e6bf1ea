import type { GatherResult } from "../hosts";
import type { GatewayInputs } from "../model";
import { configDrift } from "../samba/config/gateway-part";
import { textDrift } from "../samba/drift";
import { hostFacts } from "../samba/facts";
import { clientFaults, CLIENTS_LOOK, CLIENTS_SERVICE, noClientLimit } from "../samba/clients";
import { nonceIn } from "../samba/gateway-unit";
import { limitsOf } from "../samba/limits";
import { LOGS_TIMER } from "../samba/logs";
import { PACKAGES_LOOK, sambaPackage } from "../samba/packages";
import { SAMBA } from "../samba/paths";
import { serviceFiles } from "../samba/services";
import type { ServiceSettings } from "../samba/services";
import { files } from "../samba/store/files";

/** Describes differences between what we wrote on the gateway's host and what is there. The administrator's own include is not compared. */
export function gatewayDrift(look: GatherResult, state: GatewayInputs & { sambaVersion?: string }, nonce: string): string[] {
    const found: string[] = [];
    if (nonceIn(look.files[SAMBA.mark] ?? "") !== nonce) found.push(`${SAMBA.mark}: pvesmb's mark is missing`);
    const version = versionIn(look) ?? state.sambaVersion;
    const { discovery } = state.samba;
    for (const [path, text] of Object.entries(serviceFiles(serviceSettings(state)))) found.push(...textDrift(path, text, look.files[path]));
    const settings = { hostname: state.hostname ?? "pvesmb", samba: state.samba, memory: state.lxc.memory, version };
    found.push(...configDrift(settings, files.config, look));
    found.push(...files.foreign(look));
    const facts = hostFacts(look);
    const runs = (service: string): string | undefined => facts.service(service);
    if (!facts.smbd.enabled) found.push("service smbd: not enabled");
    if (!facts.smbd.active) found.push("service smbd: not running");
    // A package upgrade may cause either.
    if (facts.nmbdEnabled) found.push("service nmbd: enabled");
    if (discovery.wsdd && runs("wsdd") !== "active") found.push("service wsdd: not running");
    if (discovery.avahi && runs("avahi-daemon") !== "active") found.push("service avahi-daemon: not running");
    if (state.samba.logging.target === "file" && runs(LOGS_TIMER) !== "active") found.push(`${LOGS_TIMER}: not running`);
    const limits = limitsOf(state.samba, state.lxc.memory);
    found.push(...clientFaults(look.commands[CLIENTS_LOOK.name]?.stdout ?? "", runs(CLIENTS_SERVICE), limits));
    return found;
}

/** Findings that deserve a warning but that an `up` cannot repair. */
export function gatewayWarnings(look: GatherResult, host: string): string[] {
    const { installed, fix } = sambaPackage(look.commands[PACKAGES_LOOK.name]?.stdout ?? "");
    return [
        ...(hostFacts(look).service(CLIENTS_SERVICE) === "failed" ? [noClientLimit(host)] : []),
        ...(fix === undefined
            ? []
            : [
                  `${host}: a security update of Samba is waiting, ${installed} has to become ${fix}: \`apt-get install --only-upgrade samba\` there, or \`packages.securityUpdates: true\``,
              ]),
    ];
}

/** The installed Samba version. */
export const versionIn = (look: GatherResult): string | undefined =>
    sambaPackage(look.commands[PACKAGES_LOOK.name]?.stdout ?? "").installed;

const serviceSettings = ({ samba, lxc, packages }: GatewayInputs): ServiceSettings => ({
    samba,
    memory: lxc.memory,
    securityUpdates: packages.securityUpdates,
});
