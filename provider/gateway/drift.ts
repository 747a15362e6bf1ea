import type { GatherResult } from "../hosts/batch";
import type { GatewayInputs } from "../model";
import { openings } from "../samba/assembly";
import { sectionDrift, textDrift } from "../samba/drift";
import { clientFaults, CLIENTS_LOOK, CLIENTS_SERVICE, noClientLimit } from "../samba/clients";
import { nonceIn } from "../samba/gateway-unit";
import { renderGlobal } from "../samba/global";
import { limitsOf } from "../samba/limits";
import { LOGS_TIMER } from "../samba/logs";
import { PACKAGES_LOOK, sambaPackage } from "../samba/packages";
import { SAMBA } from "../samba/paths";
import { serviceFiles, SERVICES } from "../samba/services";
import type { ServiceSettings } from "../samba/services";
import { parseSections } from "../samba/text";
import type { Section } from "../samba/text";

/** Differences between what we wrote on the gateway's host and what is there, in words. The administrator's own include is not looked at. */
export function gatewayDrift(look: GatherResult, state: GatewayInputs & { sambaVersion?: string }, nonce: string): string[] {
    const found: string[] = [];
    if (nonceIn(look.files[SAMBA.mark] ?? "") !== nonce) found.push(`${SAMBA.mark}: pvesmb's mark is missing`);
    const version = versionIn(look) ?? state.sambaVersion;
    const wanted = renderGlobal({ hostname: state.hostname ?? "pvesmb", samba: state.samba, memory: state.lxc.memory, version }, false);
    const { discovery } = state.samba;
    for (const [path, text] of Object.entries(serviceFiles(serviceSettings(state)))) found.push(...textDrift(path, text, look.files[path]));
    const config = look.files[SAMBA.config];
    if (config === undefined) found.push(`${SAMBA.config}: missing`);
    else if (config !== wanted) found.push(...sectionDrift(SAMBA.config, parseSections(wanted), parseSections(config)));
    found.push(...foreignShares(look));
    if (look.commands["enabled"]?.stdout.trim() !== "enabled") found.push("service smbd: not enabled");
    if (look.commands["active"]?.stdout.trim() !== "active") found.push("service smbd: not running");
    // An upgrade of the packages may bring either about.
    if (look.commands["nmbd"]?.stdout.trim() === "enabled") found.push("service nmbd: enabled");
    const runs = runningIn(look);
    if (discovery.wsdd && runs("wsdd") !== "active") found.push("service wsdd: not running");
    if (discovery.avahi && runs("avahi-daemon") !== "active") found.push("service avahi-daemon: not running");
    if (state.samba.logging.target === "file" && runs(LOGS_TIMER) !== "active") found.push(`${LOGS_TIMER}: not running`);
    const limits = limitsOf(state.samba, state.lxc.memory);
    found.push(...clientFaults(look.commands[CLIENTS_LOOK.name]?.stdout ?? "", runs(CLIENTS_SERVICE), limits));
    return found;
}

/** `active`, `inactive`, `failed`: a service of the gateway's, as systemd has it. */
const runningIn = (look: GatherResult) => {
    const states = look.commands["services"]?.stdout.split("\n") ?? [];
    return (service: string): string | undefined => states[SERVICES.indexOf(service)];
};

/** What is worth a word and no difference that an `up` could mend. */
export function gatewayWarnings(look: GatherResult, host: string): string[] {
    const { installed, fix } = sambaPackage(look.commands[PACKAGES_LOOK.name]?.stdout ?? "");
    return [
        ...(runningIn(look)(CLIENTS_SERVICE) === "failed" ? [noClientLimit(host)] : []),
        ...(fix === undefined
            ? []
            : [
                  `${host}: a security update of Samba is available (${installed} to ${fix}): run \`apt-get install --only-upgrade samba\` there, or \`packages.securityUpdates: true\``,
              ]),
    ];
}

/** The version of Samba that is installed now. */
export const versionIn = (look: GatherResult): string | undefined =>
    sambaPackage(look.commands[PACKAGES_LOOK.name]?.stdout ?? "").installed;

const serviceSettings = ({ samba, lxc, packages }: GatewayInputs): ServiceSettings => ({
    samba,
    memory: lxc.memory,
    securityUpdates: packages.securityUpdates,
});

/** What is in the file of all shares and in no share's own, and what the server as a whole is told there. */
function foreignShares({ files }: GatherResult): string[] {
    const fragments = Object.entries(files).flatMap(([path, text]) => (path.startsWith(`${SAMBA.fragments}/`) ? parseSections(text) : []));
    const found = parseSections(files[SAMBA.shares] ?? "");
    const own = new Set(fragments.map(({ name }) => name));
    const foreign = new Set(found.flatMap(({ name }) => (own.has(name) || name === GLOBAL ? [] : [name])));
    const [wanted, told] = [[...fragments, ...parseSections(openings(files))], found].map(globalOf);
    const same =
        JSON.stringify(wanted?.map(({ options }) => [...options].sort())) ===
        JSON.stringify(told?.map(({ options }) => [...options].sort()));
    return [
        ...[...foreign].map((name) => `${SAMBA.shares}: section [${name}] added by hand`),
        ...(same ? [] : sectionDrift(SAMBA.shares, wanted ?? [], told ?? [])),
    ];
}

const GLOBAL = "global";

/** All that is said to the server as a whole, as one section: what comes last counts. */
function globalOf(sections: readonly Section[]): Section[] {
    const all = sections.filter(({ name }) => name === GLOBAL);
    const joined = (pick: "options" | "spelling"): Map<string, string> => new Map(all.flatMap((each) => [...each[pick]]));
    return all.length === 0 ? [] : [{ name: GLOBAL, options: joined("options"), spelling: joined("spelling") }];
}
