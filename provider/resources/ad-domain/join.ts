import { PvesmbError } from "../../base/errors";
import type { Deadline } from "../../base/deadline";
import { scrub } from "../../base/scrub";
import type { HostSession } from "../../hosts";
import { dnsNameOf, failureIn, shortOf, testJoin, textOf, unitPath, withLogin } from "../../ad";
import type { Login, Said } from "../../ad";
import type { Cleared } from "./preflight";
import { runPrivately } from "./private-step";

/** Makes or takes the computer account, and stores its secret here. An account that is there is moved to `ou` and gets a new password. */
export async function join(
    hostSession: HostSession,
    nonce: string,
    { member, server }: Cleared,
    { login, ou, deadline }: { login: Login; ou: string | undefined; deadline: Deadline },
): Promise<void> {
    const argv = [
        "join",
        ...(ou === undefined ? [] : [`createcomputer=${unitPath(ou)}`]),
        `dnshostname=${dnsNameOf(member)}`,
        "--no-dns-updates",
        ...["-S", server],
    ];
    const commands = [withLogin(login, member.domain, "join", argv, { must: true, timeout: 120 }), testJoin];
    const run = { name: "join", timeout: 180, deadline, key: `domain:${nonce}`, message: "joining the domain failed" };
    const answers = await runPrivately(hostSession, member, commands, run);
    const failed = [answers["join"], answers["testjoin"]].find((said) => said?.code !== 0);
    if (answers["testjoin"] !== undefined && failed === undefined) return;
    throw new PvesmbError(
        "RemoteFailed",
        scrub(`joining ${member.domain} as ${member.computerName} failed${remedy(failed)}; \`pulumi up\` goes on from here`),
    );
}

function remedy(said: Said | undefined): string {
    const last = shortOf(said);
    return failureIn(textOf(said)) === "denied"
        ? `: the account may create computer objects and lacks another right that a join needs: reset password, validated write to DNS host name and to service principal name (docs/active-directory.md) (${last})`
        : `: ${last}`;
}
