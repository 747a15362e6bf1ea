import type { Deadline } from "../base/deadline";
import type { Committed, GatherResult, Unit, HostSession } from "../hosts";
import { CONNECTIONS } from "../samba/look";
import { type Login, parseLogins, tell } from "../samba/sessions";
import { connected } from "./connected";

/**
 * Ends the smbd processes that serve these users. A session's rights (groups above all) are fixed at login, so they change only with a new
 * login; clients reconnect by themselves and are refused if they lost access.
 */
export async function endLogins(
    hostSession: HostSession,
    users: readonly Login[],
    look: GatherResult | undefined,
    deadline: Deadline,
): Promise<void> {
    if (users.length === 0) return;
    const pids = connected(hostSession, look, (status) => parseLogins(status, users));
    if (pids.length === 0) return;
    await hostSession.queue.submit({ key: `logins:${users.join(",")}`, steps: pids.map((pid) => tell(pid, "shutdown")) }, deadline);
}

/**
 * Makes a change that requires some users to log in again, and ends their sessions. `mayEnd`: whether any session may have to end. The
 * state lists the users as `closing` until their sessions have ended, so that the next run finishes an interrupted one.
 */
export async function changeLogins<Done extends object>(
    ctx: { deadline: Deadline; checkpoint(id: string, state: Done & { closing: string[] }): void },
    { id, hostSession, unit, mayEnd }: { id: string; hostSession: HostSession; unit: Unit; mayEnd: boolean },
    outcome: (steps: Committed["steps"]) => { done: Done; closing: string[] },
): Promise<Done> {
    const { steps, look } = await hostSession.queue.submit({ ...unit, looks: mayEnd ? CONNECTIONS : undefined }, ctx.deadline);
    const { done, closing } = outcome(steps);
    if (closing.length > 0) {
        ctx.checkpoint(id, { ...done, closing });
        await endLogins(hostSession, closing, look, ctx.deadline);
    }
    return done;
}
