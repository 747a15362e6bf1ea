import type { Deadline } from "../base/deadline";
import type { GatherResult, HostSession } from "../hosts";
import { shareModel } from "../model";
import type { ShareInputs, ShareOutputs } from "../model";
import { consequencesOf } from "../model/consequences";
import { tightened } from "../model/share/changes";
import { parseSid } from "../model/sid";
import type { Access } from "../samba/access";
import { inConfig, localGroup, localUser, principalOf } from "../samba/principals";
import type { Principal } from "../samba/principals";
import { parseConnections, tell } from "../samba/sessions";
import type { Connection } from "../samba/sessions";
import { settledEntries } from "../samba/settled";
import { HOMES } from "../samba/share";
import { connected } from "./connected";

/** Used as a principal: everybody. */
export const ALL = "*";

/** A share and who the domain's accounts are that it names. */
export type Settled = ShareInputs & Pick<ShareOutputs, "domainAccounts">;

/** Principals whose open connections a change affects: everybody, some or none. */
export function concerned(before: Settled, after: Settled): string[] {
    const all = consequencesOf(shareModel, before, after).some(({ consequence }) => consequence.effect === "closes-share");
    if (all) return [ALL];
    const [was, is] = [before, after].map(({ access, domainAccounts }) => settledEntries(access, domainAccounts)) as [Access[], Access[]];
    return tightened(was, is).map((entry) => inSessions(principalOf(entry)));
}

/** As the list of sessions has it: a user of a domain has a name there. Who is in a domain's group, its SID, the list does not say. */
const inSessions = (principal: Principal): string =>
    principal.from === "domain" && principal.kind === "user" && principal.account !== undefined
        ? principal.account.name
        : inConfig(principal);

/**
 * Ends only the affected connections; a reload does not change open ones (samba.md section 0, fact 1). If one smbd process serves several
 * users (terminal servers), it closes the share for all of them; clients reconnect by themselves. `share` is the section name.
 */
export async function endSessions(
    hostSession: HostSession,
    share: string,
    who: readonly string[],
    look: GatherResult | undefined,
    deadline: Deadline,
): Promise<void> {
    const { connections, groups } = connected(hostSession, look, (status, facts) => ({
        connections: parseConnections(status),
        groups: [...facts.groups.values()],
    }));
    // Of a domain's group: everybody from a domain; those who may still connect do so by themselves.
    const ofDomain = who.some((each) => parseSid(each) !== undefined);
    const concerns = ({ user, group }: Connection): boolean =>
        (ofDomain && user.includes("\\")) ||
        [ALL, inConfig(localUser(user)), inConfig(localGroup(group))].some((each) => who.includes(each)) ||
        groups.some(({ name, members }) => who.includes(inConfig(localGroup(name))) && members.includes(user));
    const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
    // Samba serves a home under its user's name.
    const served = (each: Connection): boolean => same(each.share, share === HOMES ? each.user : share);
    const concerning = connections.filter((each) => served(each) && concerns(each));
    const ends = new Map(concerning.map((each) => [`${each.pid} ${each.share}`, tell(each.pid, "close-share", each.share)]));
    if (ends.size === 0) return;
    await hostSession.queue.submit({ key: `sessions:${share}`, steps: [...ends.values()] }, deadline);
}
