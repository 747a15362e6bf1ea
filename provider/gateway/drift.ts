import type { GatherResult } from "../hosts";
import type { GatewayInputs } from "../model";
import { AVAHI } from "../samba/announce";
import { configDrift } from "../samba/config/gateway-part";
import { textDrift } from "../samba/drift";
import { hostFacts } from "../samba/facts";
import { clientFaults, CLIENTS_LOOK, CLIENTS_SERVICE, noClientLimit } from "../samba/clients";
import { nonceIn } from "../samba/gateway-unit";
import { limitsOf } from "../samba/limits";
import { LOGS_TIMER } from "../samba/logs";
import { PACKAGES_LOOK, sambaPackage } from "../samba/packages";
import { SAMBA } from "../samba/paths";
import { serviceFiles, UPDATES } from "../samba/services";
import type { ServiceSettings } from "../samba/services";
import { files } from "../samba/store/files";
import { memoryOf } from "./memory";

/**
 * Describes differences between what we wrote on the gateway's host and what is there, each after the property that wants it, so that
 * `ignoreChanges` covers it. The administrator's own include is not compared.
 */
export function gatewayDrift(look: GatherResult, state: GatewayInputs & { sambaVersion?: string }, nonce: string): string[] {
    const version = versionIn(look) ?? state.sambaVersion;
    const settings = { hostname: state.hostname ?? "pvesmb", samba: state.samba, memory: memoryOf(state), version };
    const texts = Object.entries(serviceFiles(serviceSettings(state)));
    return [
        ...(nonceIn(look.files[SAMBA.mark] ?? "") === nonce ? [] : [`${SAMBA.mark}: pvesmb's mark is missing`]),
        ...texts.flatMap(([path, text]) => wantedBy(path === UPDATES ? "packages" : "samba", textDrift(path, text, look.files[path]))),
        ...wantedBy("samba", configDrift(settings, files.config, look)),
        ...files.foreign(look),
        ...wantedBy("samba", serviceDrift(look, state)),
    ];
}

/** Differences after the property that wants it otherwise. */
export const wantedBy = (property: keyof GatewayInputs, found: readonly string[]): string[] => found.map((text) => `${property}: ${text}`);

function serviceDrift(look: GatherResult, state: GatewayInputs): string[] {
    const { samba } = state;
    const facts = hostFacts(look);
    const { smbd, nmbdEnabled } = facts;
    const lacks = (service: string, wanted: boolean): string[] =>
        wanted && facts.service(service) !== "active" ? [`service ${service}: not running`] : [];
    return [
        ...(smbd.enabled ? [] : ["service smbd: not enabled"]),
        ...(smbd.active ? [] : ["service smbd: not running"]),
        // A package upgrade may cause either.
        ...(nmbdEnabled ? ["service nmbd: enabled"] : []),
        ...lacks("wsdd", samba.discovery.wsdd),
        ...lacks(AVAHI, samba.discovery.avahi),
        ...lacks(LOGS_TIMER, samba.logging.target === "file"),
        ...clientFaults(look.commands[CLIENTS_LOOK.name]?.stdout ?? "", facts.service(CLIENTS_SERVICE), limitsOf(samba, memoryOf(state))),
    ];
}

/** Findings that deserve a warning but that an `up` cannot repair. */
export function gatewayWarnings(look: GatherResult, host: string): string[] {
    const { installed, fix } = sambaPackage(look.commands[PACKAGES_LOOK.name]?.stdout ?? "");
    return [
        ...(hostFacts(look).service(CLIENTS_SERVICE) === "failed" ? [noClientLimit(host)] : []),
        ...(fix === undefined
            ? []
            : [
                  `${host}: a security update of Samba is available (${installed} to ${fix}): run \`apt-get install --only-upgrade samba\` there, or \`packages.securityUpdates: true\``,
              ]),
    ];
}

/** The installed Samba version. */
export const versionIn = (look: GatherResult): string | undefined =>
    sambaPackage(look.commands[PACKAGES_LOOK.name]?.stdout ?? "").installed;

const serviceSettings = (inputs: GatewayInputs): ServiceSettings => ({
    hostname: inputs.hostname ?? "pvesmb",
    samba: inputs.samba,
    memory: memoryOf(inputs),
    securityUpdates: inputs.packages.securityUpdates,
});
