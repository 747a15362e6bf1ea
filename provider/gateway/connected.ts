import { messageOf, PvesmbError } from "../base/errors";
import { scrub } from "../base/scrub";
import type { GatherResult, Workshop } from "../hosts";

/**
 * What a batch's look says of who is connected. Without an answer that is not nobody: what took something away is done, and whoever lost it
 * may go on in an open session.
 */
export function connected<T>({ name }: Workshop, look: GatherResult | undefined, parse: (status: string, groups: string) => T): T {
    const [status, group] = ["status", "group"].map((each) => look?.commands[each]);
    const failed = [
        { tool: "smbstatus", answer: status },
        { tool: "getent group", answer: group },
    ].find(({ answer }) => answer?.code !== 0);
    if (failed !== undefined) throw untold(name, `${failed.tool} ${failed.answer === undefined ? "gave no answer" : said(failed.answer)}`);
    try {
        return parse(status?.stdout ?? "", group?.stdout ?? "");
    } catch (error) {
        throw untold(name, `smbstatus returned no list of connections (${messageOf(error)})`);
    }
}

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
