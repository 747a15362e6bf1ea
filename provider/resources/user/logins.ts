import type { Deadline } from "../../base/deadline";
import type { GatherResult, Workshop } from "../../hosts";
import { parseLogins, tell } from "../../samba/sessions";

/**
 * Ends the smbd processes that serve some users. What a session may do is settled at its login (groups above all), so only a new login
 * brings it up to date; clients log in again by themselves, and are refused if they no longer may.
 */
export async function endLogins(
    { queue }: Workshop,
    users: readonly string[],
    look: GatherResult | undefined,
    deadline: Deadline,
): Promise<void> {
    const status = look?.commands["status"];
    const pids = status?.code === 0 ? parseLogins(status.stdout, users) : [];
    if (pids.length === 0) return;
    await queue.submit({ key: `logins:${users.join(",")}`, steps: pids.map((pid) => tell(pid, "shutdown")) }, deadline);
}
