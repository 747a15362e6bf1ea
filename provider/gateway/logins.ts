import type { Deadline } from "../base/deadline";
import type { Committed, GatherResult, Unit, Workshop } from "../hosts";
import { CONNECTIONS } from "../samba/look";
import { type Login, parseLogins, tell } from "../samba/sessions";
import { connected } from "./connected";

/**
 * Ends the smbd processes that serve some users. What a session may do is settled at its login (groups above all), so only a new login
 * brings it up to date; clients log in again by themselves, and are refused if they no longer may.
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
 * Makes a change after which some users have to log in again, and has them do so. `mayEnd`: whether there can be any. The state names them as
 * `closing` until their sessions have ended, so that a run that is cut off is finished by the next one.
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
