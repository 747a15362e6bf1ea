import type { Deadline } from "../base/deadline";
import type { GatherResult, Workshop } from "../hosts";
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
