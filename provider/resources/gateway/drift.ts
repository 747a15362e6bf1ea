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
    const { macos, guests, discovery } = state.samba;
    for (const [file, there] of [
        [SAMBA.macos, macos],
        [SAMBA.noGuests, guests === "never"],
    ] as const)
        if ((look.files[file] !== undefined) !== there) found.push(`${file}: ${there ? "missing" : "added by hand"}`);
    const config = look.files[SAMBA.config];
    if (config === undefined) found.push(`${SAMBA.config}: missing`);
    else if (config !== wanted) found.push(...sectionDrift(SAMBA.config, parseSections(wanted), parseSections(config)));
    if (look.commands["enabled"]?.stdout.trim() !== "enabled") found.push("service smbd: not enabled");
    if (look.commands["active"]?.stdout.trim() !== "active") found.push("service smbd: not running");
    // An upgrade of the packages may bring either about.
    if (look.commands["nmbd"]?.stdout.trim() === "enabled") found.push("service nmbd: enabled");
    const [wsdd, avahi] = look.commands["discovery"]?.stdout.split("\n") ?? [];
    if (discovery.wsdd && wsdd !== "active") found.push("service wsdd: not running");
    if (discovery.avahi && avahi !== "active") found.push("service avahi-daemon: not running");
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
