import type { Deadline } from "../../base/deadline";
import type { GatherResult, Workshop } from "../../hosts";
import { principal, tightened } from "../../samba/access";
import type { Access } from "../../samba/access";
import { parseGroup } from "../../samba/accounts";
import { parseConnections, tell } from "../../samba/sessions";
import type { Connection } from "../../samba/sessions";
import { HOMES } from "../../samba/share";
import type { ShareSection } from "../../samba/share";
import { valueText } from "../../samba/text";

/** Whose open connections a change concerns: all of the share's, those of some principals, or nobody's. */
export function concerned(before: ShareSection, after: ShareSection | undefined): "all" | Access[] {
    if (after === undefined || before.name !== after.name || before.path !== after.path || before.homes !== after.homes) return "all";
    if ((before.enabled && !after.enabled) || (!before.readOnly && after.readOnly) || (before.guest && !after.guest)) return "all";
    if (settingsTightened(before, after)) return "all";
    if (Object.entries(after.options).some(([name, value]) => /encrypt|hosts|invalid/i.test(name) && before.options[name] !== value))
        return "all";
    return tightened(before.access, after.access);
}

/** Settings that take something away from whoever is connected; what only new connections notice needs no end. */
function settingsTightened(before: ShareSection, after: ShareSection): boolean {
    const value = ({ settings }: ShareSection, name: string): string | undefined => {
        const line = settings.find((each) => each.name === name);
        return line && valueText(line.value);
    };
    const fewer = (name: string, wide: ShareSection, narrow: ShareSection): boolean =>
        value(wide, name)
            ?.split(", ")
            .some((each) => !value(narrow, name)?.split(", ").includes(each)) ?? false;
    const allowed =
        value(after, "hosts allow") !== undefined && (value(before, "hosts allow") === undefined || fewer("hosts allow", before, after));
    const begun = ["server smb encrypt", "veto files", "hide unreadable"].some(
        (name) => value(after, name) !== undefined && value(after, name) !== value(before, name),
    );
    return allowed || fewer("hosts deny", after, before) || begun;
}

/**
 * Ends exactly the connections concerned: a reload reaches none that is already open (samba.md section 0, fact 1). One smbd process may
 * serve several users (terminal servers); it then closes the share for all of them, and clients come back by themselves. `share`: as its
 * section is named.
 */
export async function endSessions(
    { queue }: Workshop,
    share: string,
    who: "all" | Access[],
    look: GatherResult | undefined,
    deadline: Deadline,
): Promise<void> {
    if (look === undefined) return;
    const groups = parseGroup(look.commands["group"]?.stdout ?? "");
    const names = who === "all" ? undefined : new Set(who.map(principal));
    const concerns = (user: string, group: string): boolean =>
        names === undefined ||
        names.has(user) ||
        names.has(`+${group}`) ||
        [...groups.values()].some((each) => names.has(`+${each.name}`) && each.members.includes(user));
    const status = look.commands["status"];
    const connections = status?.code === 0 ? parseConnections(status.stdout) : [];
    const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
    // Samba serves a home under its user's name.
    const served = (each: Connection): boolean => same(each.share, share === HOMES ? each.user : share);
    const concerning = connections.filter((each) => served(each) && concerns(each.user, each.group));
    const ends = new Map(concerning.map((each) => [`${each.pid} ${each.share}`, tell(each.pid, "close-share", each.share)]));
    if (ends.size === 0) return;
    await queue.submit({ key: `sessions:${share}`, steps: [...ends.values()] }, deadline);
}
