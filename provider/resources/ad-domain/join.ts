import { PvesmbError } from "../../base/errors";
import type { Deadline } from "../../base/deadline";
import { scrub } from "../../base/scrub";
import type { HostSession } from "../../hosts";
import { dnsNameOf, failureIn, provisionHost, rotation, shortOf, testJoin, textOf, unitPath, withLogin } from "../../ad";
import type { Login, PrivateCommand, Provisioned, Said } from "../../ad";
import type { Cleared } from "./preflight";
import { runPrivately } from "./private-step";
import type { Answers } from "./private-step";
import type { Membership } from "./types";

interface Joining {
    login: Login | Provisioned;
    ou: string | undefined;
    deadline: Deadline;
}

/**
 * Makes or takes the computer account, and stores its secret here. An account that is there is moved to `ou` and gets a new password; so does
 * one that was made before, whose password the blob has.
 */
export async function join(hostSession: HostSession, nonce: string, fit: Cleared, { login, ou, deadline }: Joining): Promise<void> {
    const { member } = fit;
    const command = "blob" in login ? provisionHost(login) : joinCommand(login, fit, ou);
    const { join: joined, testjoin } = await runJoin(hostSession, nonce, member, [command, testJoin], deadline);
    // A join must succeed for testjoin to run; what an offline join ends with says little (samba.md section 5).
    if (testjoin?.code !== 0)
        throw new PvesmbError(
            "RemoteFailed",
            scrub(
                `joining ${member.domain} as ${member.computerName} failed${remedy(testjoin ?? joined)}; \`pulumi up\` goes on from here`,
            ),
        );
    if ("blob" in login) await rotate(hostSession, nonce, fit, deadline);
}

/** Another password for the computer account: the one that its blob has is known to whoever has seen the blob. */
export async function rotate(
    hostSession: HostSession,
    nonce: string,
    { member, server }: Pick<Cleared, "member" | "server">,
    deadline: Deadline,
): Promise<void> {
    const said = (await runJoin(hostSession, nonce, member, [rotation(server)], deadline))["rotation"];
    if (said?.code !== 0)
        throw new PvesmbError(
            "RemoteFailed",
            scrub(
                `${member.computerName} is in ${member.domain}, but still has the password of the blob, which could not be changed: ${shortOf(said)}; \`pulumi up\` tries again`,
            ),
        );
}

const runJoin = (
    hostSession: HostSession,
    nonce: string,
    member: Membership,
    commands: PrivateCommand[],
    deadline: Deadline,
): Promise<Answers> =>
    runPrivately(hostSession, member, commands, {
        ...{ name: "join", timeout: 180, deadline, key: `domain:${nonce}` },
        message: "joining the domain failed",
    });

function joinCommand(login: Login, { member, server }: Cleared, ou: string | undefined): PrivateCommand {
    const argv = [
        "join",
        ...(ou === undefined ? [] : [`createcomputer=${unitPath(ou)}`]),
        `dnshostname=${dnsNameOf(member)}`,
        "--no-dns-updates",
        ...["-S", server],
    ];
    return withLogin(login, member.domain, "join", argv, { must: true, timeout: 120 });
}

function remedy(said: Said | undefined): string {
    const last = shortOf(said);
    return failureIn(textOf(said)) === "denied"
        ? `: the account may create computer objects and lacks another right that a join needs: reset password, validated write to DNS host name and to service principal name (docs/active-directory.md) (${last})`
        : `: ${last}`;
}
