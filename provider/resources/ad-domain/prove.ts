import { PvesmbError } from "../../base/errors";
import type { Deadline } from "../../base/deadline";
import type { HostSession } from "../../hosts";
import { asMachine, dnsNameOf, parseUnixIds, textOf, unmapped } from "../../ad";
import type { PrivateCommand, Said } from "../../ad";
import { rangeOf } from "./part";
import { lookPrivately } from "./private-step";
import type { Answers } from "./private-step";
import type { Membership } from "./types";

/** AES128 and AES256 ([MS-KILE] 2.2.7). */
export const AES_ONLY = 24;

/** What shows whether a member serves, and changes nothing. `patient`: winbindd has just been started. */
export function proofCommands(member: Membership, { accountSid, domainSid }: Sids, { patient }: { patient: boolean }): PrivateCommand[] {
    const retried = (argv: string[]): string[] => (patient ? ["sh", "-c", RETRIED, "sh", ...argv] : argv);
    const connect = ["smbclient", "-s", "{room}/smb.conf", `//${dnsNameOf(member)}/IPC$`, "-P", "--use-kerberos=required"];
    const trust = { name: "trust", argv: retried(["wbinfo", "-t"]), timeout: 60 };
    // The computer account has no number in the directory, and does not get in.
    if (member.backend === "ad") return [trust, { name: "ids", argv: ["wbinfo", `--sids-to-unix-ids=${domainSid}-513`], timeout: 30 }];
    return [
        trust,
        { name: "ids", argv: ["wbinfo", `--sids-to-unix-ids=${accountSid},${domainSid}-513`], timeout: 30 },
        { name: "ticket", argv: retried([...connect, "-I", "127.0.0.1", "-c", "exit"]), timeout: 60 },
    ];
}

interface Sids {
    accountSid: string;
    domainSid: string;
}

/** What those commands show to be wrong. */
export function proofFault(answers: Answers, member: Membership): string | undefined {
    const fault = (what: string, said: Said | undefined): string => `${what}: ${textOf(said).slice(-500) || "no answer"}`;
    if (answers["trust"]?.code !== 0) return fault("winbindd does not work by the computer account", answers["trust"]);
    const ids = parseUnixIds(answers["ids"]?.stdout ?? "");
    const { low, high } = rangeOf(member.idRange);
    const numbers = [...ids.values()].map(({ uid, gid }) => uid ?? gid ?? -1);
    if (ids.size < (member.backend === "ad" ? 1 : 2) || unmapped(ids).length > 0 || numbers.some((number) => number < low || number > high))
        return fault(`its accounts have no number within ${member.idRange}`, answers["ids"]);
    if (member.backend !== "ad" && answers["ticket"]?.code !== 0)
        return fault(`a ticket for ${dnsNameOf(member)} opens no connection to it`, answers["ticket"]);
    return undefined;
}

/**
 * What only the finished member can show: winbindd works by the account, accounts have numbers, the account takes AES only, and a ticket for
 * the gateway's name opens a connection.
 */
export async function prove(hostSession: HostSession, member: Membership, sids: Sids, deadline: Deadline): Promise<void> {
    const commands = [
        asMachine("types", ["enctypes", "set", `${member.computerName}$`, String(AES_ONLY)]),
        ...proofCommands(member, sids, { patient: true }),
    ];
    const answers = await lookPrivately(hostSession, member, commands, { name: "proof", timeout: 200, deadline });
    const types = answers["types"];
    const fault =
        types?.code === 0
            ? proofFault(answers, member)
            : `its account cannot be set to AES only (msDS-SupportedEncryptionTypes): ${textOf(types).slice(-500) || "no answer"}`;
    if (fault !== undefined) throw new PvesmbError("RemoteFailed", `${hostSession.name} has joined ${member.domain}, but ${fault}`);
}

/** `$@`: a command. After a start, winbindd looks for a controller, and a new account may not have reached all of them. */
const RETRIED = `for pause in 0.5 1 2 4 8 8; do
    said=$("$@" 2>&1) && exit 0
    sleep $pause
done
printf '%s\\n' "$said" >&2
exit 1`;
