import type { GatherResult } from "../../hosts/batch";
import type { GatewayInputs } from "../../model";
import { sectionDrift, textDrift } from "../../samba/drift";
import { nonceIn } from "../../samba/gateway-unit";
import { renderGlobal } from "../../samba/global";
import { SAMBA } from "../../samba/paths";
import { serviceFiles } from "../../samba/services";
import { parseSections } from "../../samba/text";

/** Differences between what we wrote on the gateway's host and what is there, in words. The administrator's own include is not looked at. */
export function gatewayDrift(look: GatherResult, state: GatewayInputs, nonce: string): string[] {
    const found: string[] = [];
    if (nonceIn(look.files[SAMBA.mark] ?? "") !== nonce) found.push(`${SAMBA.mark}: pvesmb's mark is missing`);
    const wanted = renderGlobal({ hostname: state.hostname ?? "pvesmb", samba: state.samba });
    const { discovery } = state.samba;
    for (const [path, text] of Object.entries(serviceFiles(state.samba))) found.push(...textDrift(path, text, look.files[path]));
    const config = look.files[SAMBA.config];
    if (config === undefined) found.push(`${SAMBA.config}: missing`);
    else if (config !== wanted) found.push(...sectionDrift(SAMBA.config, parseSections(wanted), parseSections(config)));
    found.push(...foreignShares(look));
    if (look.commands["enabled"]?.stdout.trim() !== "enabled") found.push("service smbd: not enabled");
    if (look.commands["active"]?.stdout.trim() !== "active") found.push("service smbd: not running");
    // An upgrade of the packages may bring either about.
    if (look.commands["nmbd"]?.stdout.trim() === "enabled") found.push("service nmbd: enabled");
    const [wsdd, avahi] = look.commands["discovery"]?.stdout.split("\n") ?? [];
    if (discovery.wsdd && wsdd !== "active") found.push("service wsdd: not running");
    if (discovery.avahi && avahi !== "active") found.push("service avahi-daemon: not running");
    return found;
}

/** What is in the file of all shares and in no share's own. */
function foreignShares(look: GatherResult): string[] {
    const names = (text: string): string[] => parseSections(text).map(({ name }) => name);
    const own = new Set(Object.entries(look.files).flatMap(([path, text]) => (path.startsWith(`${SAMBA.fragments}/`) ? names(text) : [])));
    const foreign = new Set(names(look.files[SAMBA.shares] ?? "").filter((name) => !own.has(name)));
    return [...foreign].map((name) => `${SAMBA.shares}: section [${name}] added by hand`);
}
