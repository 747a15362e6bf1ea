import { messageOf, PvesmbError } from "../base/errors";
import { scrub } from "../base/scrub";
import type { GatherResult, HostSession } from "../hosts";
import { answerTo, hostFacts } from "../samba/facts";
import type { HostFacts } from "../samba/facts";

/**
 * Reads open sessions from a batch's look. No answer does not mean nobody is connected: the change is done, and a client that lost access
 * may still use an open session.
 */
export function connected<T>({ name }: HostSession, look: GatherResult | undefined, parse: (status: string, facts: HostFacts) => T): T {
    if (look === undefined) throw untold(name, "smbstatus gave no answer");
    for (const [fact, tool] of TOOLS) {
        const answer = answerTo(look, fact);
        if (answer?.code !== 0) throw untold(name, `${tool} ${answer === undefined ? "gave no answer" : said(answer)}`);
    }
    try {
        return parse(answerTo(look, "status")?.stdout ?? "", hostFacts(look));
    } catch (error) {
        throw untold(name, `smbstatus returned no list of connections (${messageOf(error)})`);
    }
}

const TOOLS = [
    ["status", "smbstatus"],
    ["group", "getent group"],
] as const;

const said = ({ code, stdout, stderr }: GatherResult["commands"][string]): string =>
    `ended with ${code}: ${(stderr.trim() || stdout.trim()).slice(-500) || "no output"}`;

const untold = (host: string, why: string): PvesmbError =>
    new PvesmbError(
        "RemoteFailed",
        scrub(
            `${host}: the change is made, but pvesmb cannot find out who is connected, so anyone who lost access may continue in an open session: ${why}. Once that works, the next run closes these sessions; \`systemctl restart smbd\` there closes all at once`,
        ),
        { dispatched: true },
    );
