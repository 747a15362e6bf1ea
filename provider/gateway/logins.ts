import type { Deadline } from "../base/deadline";
import type { Committed, GatherResult, Unit, Workshop } from "../hosts";
import { CONNECTIONS } from "../samba/look";
import { type Login, parseLogins, tell } from "../samba/sessions";
import { connected } from "./connected";

/**
 * Ends the smbd processes that serve these users. A session's rights (groups above all) are fixed at login, so they change only with a new
 * login; clients reconnect by themselves and are refused if they lost access.
 */
export async function endLogins(
    workshop: Workshop,
    users: readonly Login[],
    look: GatherResult | undefined,
    deadline: Deadline,
): Promise<void> {
    if (users.length === 0) return;
    const pids = connected(workshop, look, (status) => parseLogins(status, users));
    if (pids.length === 0) return;
    await workshop.queue.submit({ key: `logins:${users.join(",")}`, steps: pids.map((pid) => tell(pid, "shutdown")) }, deadline);
}

/**
 * Makes a change that requires some users to log in again, and ends their sessions. `mayEnd`: whether any session may have to end. The
 * state lists the users as `closing` until their sessions have ended, so that the next run finishes an interrupted one.
 */
export async function changeLogins<Done extends object>(
    ctx: { deadline: Deadline; checkpoint(id: string, state: Done & { closing: string[] }): void },
    { id, workshop, unit, mayEnd }: { id: string; workshop: Workshop; unit: Unit; mayEnd: boolean },
    outcome: (steps: Committed["steps"]) => { done: Done; closing: string[] },
): Promise<Done> {
    const { steps, look } = await workshop.queue.submit({ ...unit, looks: mayEnd ? CONNECTIONS : undefined }, ctx.deadline);
    const { done, closing } = outcome(steps);
    if (closing.length > 0) {
        ctx.checkpoint(id, { ...done, closing });
        await endLogins(workshop, closing, look, ctx.deadline);
    }
    return done;
}
