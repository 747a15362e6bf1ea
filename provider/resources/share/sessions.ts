import type { Deadline } from "../../base/deadline";
import type { GatherResult, Workshop } from "../../hosts";
import { shareModel } from "../../model";
import type { ShareInputs } from "../../model";
import { consequencesOf } from "../../model/consequences";
import { tightened } from "../../model/share.changes";
import { principal } from "../../samba/access";
import type { Access } from "../../samba/access";
import { parseGroup } from "../../samba/accounts";
import { parseConnections, tell } from "../../samba/sessions";
import type { Connection } from "../../samba/sessions";
import { HOMES } from "../../samba/share";

/** Whose open connections a change concerns: all of the share's, those of some principals, or nobody's. */
export function concerned(before: ShareInputs, after: ShareInputs): "all" | Access[] {
    const all = consequencesOf(shareModel, before, after).some(({ consequence }) => consequence.effect === "closes-share");
    return all ? "all" : tightened(before.access, after.access);
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
