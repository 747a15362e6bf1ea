import * as z from "zod";
import type { Deadline } from "../../base/deadline";
import { PvesmbError } from "../../base/errors";
import type { Host } from "../../hosts";
import { SAMBA } from "../../samba/paths";

/** A gateway that has a host. The mark is a file of root's, so it needs no signature (docs/decisions/0031). */
export type HostMark = z.infer<typeof mark>;

const mark = z.object({ key: z.string(), nonce: z.string() });

const READ = `cat ${SAMBA.mark} 2>/dev/null || true\n`;

/** The mark on the host; undefined if it has none. Throws for a file that is not a mark. */
export async function readHostMark(host: Host, deadline: Deadline): Promise<HostMark | undefined> {
    return markIn(host, (await host.exec(["sh", "-s"], { stdin: READ, deadline })).stdout);
}

/** The mark, from the text of its file. */
export function markIn(host: Host, text: string): HostMark | undefined {
    if (text.trim() === "") return undefined;
    try {
        const found = mark.safeParse(JSON.parse(text));
        if (found.success) return found.data;
    } catch {
        // No JSON.
    }
    throw new PvesmbError(
        "Conflict",
        `${host.name}: ${SAMBA.mark} is not a mark of pvesmb; nothing was changed. Look at it, and remove it if no gateway is there`,
    );
}

const LEFT = `find ${SAMBA.fragments} ${SAMBA.accounts} ${SAMBA.groups} -type f ! -name '!*' 2>/dev/null | head -n 6 || true\n`;

/** Files of shares, users and groups that are on the gateway, a few of them. */
export async function onGateway(host: Host, deadline: Deadline): Promise<string[]> {
    const { stdout } = await host.exec(["sh", "-s"], { stdin: LEFT, deadline });
    return stdout.split("\n").filter((line) => line !== "");
}
