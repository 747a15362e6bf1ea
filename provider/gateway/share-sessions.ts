import type { Deadline } from "../base/deadline";
import type { GatherResult, Workshop } from "../hosts";
import { shareModel } from "../model";
import type { ShareInputs } from "../model";
import { consequencesOf } from "../model/consequences";
import { tightened } from "../model/share/changes";
import { inConfig, localGroup, localUser, principalOf } from "../samba/principals";
import { parseConnections, tell } from "../samba/sessions";
import type { Connection } from "../samba/sessions";
import { HOMES } from "../samba/share";
import { connected } from "./connected";

/** Used as a principal: everybody. */
export const ALL = "*";

/** Principals whose open connections a change affects: everybody, some or none. */
export function concerned(before: ShareInputs, after: ShareInputs): string[] {
    const all = consequencesOf(shareModel, before, after).some(({ consequence }) => consequence.effect === "closes-share");
    return all ? [ALL] : tightened(before.access, after.access).map((entry) => inConfig(principalOf(entry)));
}

/**
 * Ends only the affected connections; a reload does not change open ones (samba.md section 0, fact 1). If one smbd process serves several
 * users (terminal servers), it closes the share for all of them; clients reconnect by themselves. `share` is the section name.
 */
export async function endSessions(
    workshop: Workshop,
    share: string,
    who: readonly string[],
    look: GatherResult | undefined,
    deadline: Deadline,
): Promise<void> {
    const { connections, groups } = connected(workshop, look, (status, facts) => ({
        connections: parseConnections(status),
        groups: [...facts.groups.values()],
    }));
    const concerns = ({ user, group }: Connection): boolean =>
        [ALL, inConfig(localUser(user)), inConfig(localGroup(group))].some((each) => who.includes(each)) ||
        groups.some(({ name, members }) => who.includes(inConfig(localGroup(name))) && members.includes(user));
    const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
    // Samba serves a home under its user's name.
    const served = (each: Connection): boolean => same(each.share, share === HOMES ? each.user : share);
    const concerning = connections.filter((each) => served(each) && concerns(each));
    const ends = new Map(concerning.map((each) => [`${each.pid} ${each.share}`, tell(each.pid, "close-share", each.share)]));
    if (ends.size === 0) return;
    await workshop.queue.submit({ key: `sessions:${share}`, steps: [...ends.values()] }, deadline);
}
