import type { GatherResult } from "../../hosts/batch";
import { renderGlobal } from "../../samba/global";
import { SAMBA } from "../../samba/paths";
import { parseSections } from "../../samba/text";
import type { Section } from "../../samba/text";
import type { GatewayState } from "./handler";

/** Differences between what we wrote on the gateway's host and what is there, in words. The administrator's own include is not looked at. */
export function gatewayDrift(look: GatherResult, state: GatewayState, nonce: string): string[] {
    const found: string[] = [];
    if (!(look.files[SAMBA.mark] ?? "").includes(nonce)) found.push(`${SAMBA.mark}: pvesmb's mark is missing`);
    const wanted = renderGlobal({ hostname: state.hostname ?? "pvesmb", samba: state.samba });
    if ((look.files[SAMBA.macos] !== undefined) !== state.samba.macos)
        found.push(`${SAMBA.macos}: ${state.samba.macos ? "missing" : "added by hand"}`);
    const config = look.files[SAMBA.config];
    if (config === undefined) found.push(`${SAMBA.config}: missing`);
    else if (config !== wanted) found.push(...sectionDrift(SAMBA.config, parseSections(wanted), parseSections(config)));
    if (look.commands["enabled"]?.stdout.trim() !== "enabled") found.push("service smbd: not enabled");
    if (look.commands["active"]?.stdout.trim() !== "active") found.push("service smbd: not running");
    return found;
}

/** Options that differ, by name; "text" when only comments or layout do. */
function sectionDrift(file: string, wanted: Section[], found: Section[]): string[] {
    const out: string[] = [];
    for (const name of new Set([...wanted, ...found].map((each) => each.name))) {
        const [a, b] = [wanted, found].map((all) => all.find((each) => each.name === name));
        if (!a || !b) {
            out.push(`${file}: section [${name}] ${a ? "missing" : "added by hand"}`);
            continue;
        }
        for (const key of new Set([...a.options.keys(), ...b.options.keys()]))
            if (a.options.get(key) !== b.options.get(key))
                out.push(
                    `${file}: [${name}] ${a.spelling.get(key) ?? b.spelling.get(key)} = ${b.options.get(key) ?? "(missing)"} instead of ${a.options.get(key) ?? "(nothing)"}`,
                );
    }
    return out.length > 0 ? out : [`${file}: changed by hand`];
}
