import { posix } from "node:path";
import { PvesmbError } from "../../base/errors";
import { asset } from "../../base/asset";
import type { Deadline } from "../../base/deadline";
import type { GatherResult, HostSession, Step } from "../../hosts";
import { admissionText, asMachine, DOMAIN, filterValue, finding, lastLine, PAM_TEXT, parseEntries, textOf } from "../../ad";
import type { Finding, PrivateCommand, Said } from "../../ad";
import { domainOf, parseSid } from "../../model/sid";
import { textDrift } from "../../samba/drift";
import { bare, groupFindings, groupNumbers } from "./directory-numbers";
import { rangeOf } from "./part";
import { lookPrivately } from "./private-step";
import type { Membership } from "./types";

/** `AD\Name` or a SID; the model has checked that. */
const commandName = (group: string): string => `group ${group}`;

/** Asks the directory for groups. `as`: who asks. */
export const groupSearches = (
    groups: readonly string[] | undefined,
    as: (name: string, argv: string[]) => PrivateCommand,
): PrivateCommand[] =>
    (groups ?? [])
        .filter((group) => parseSid(group) === undefined)
        .map((group) =>
            as(commandName(group), ["search", `(&(objectClass=group)(sAMAccountName=${filterValue(bare(group))}))`, "objectSid"]),
        );

/** SIDs of groups, and those that there are none of. */
export function foundGroups(
    groups: readonly string[] | undefined,
    workgroup: string,
    answers: Partial<Record<string, Said>>,
): { sids: string[]; findings: Finding[] } {
    const sids: string[] = [];
    const findings: Finding[] = [];
    for (const [index, group] of (groups ?? []).entries()) {
        const fault = (text: string): void => void findings.push(finding("not-known", `allowedGroups[${index}]`, text));
        const sid = parseSid(group);
        if (sid !== undefined) {
            sids.push(sid);
            continue;
        }
        const [domain = ""] = group.split("\\");
        if (domain.toLowerCase() !== workgroup.toLowerCase()) {
            fault(`${group} is of the domain ${domain}; only groups of the gateway's own, ${workgroup}, can be allowed, or a SID`);
            continue;
        }
        const said = answers[commandName(group)];
        const [found] = said?.code === 0 ? parseEntries(said).flatMap((entry) => entry.get("objectsid") ?? []) : [];
        if (found !== undefined) sids.push(found);
        else if (said?.code === 0) fault(`there is no group ${group} in the domain; \`npx pvesmb ad find\` tells names like it`);
        else fault(`${group} could not be looked for: ${lastLine(textOf(said)) || "no answer"}`);
    }
    return { sids, findings };
}

/** The SIDs as the domain has them now, asked by the computer account. Undefined: everybody may log in. */
export async function allowedNow(
    hostSession: HostSession,
    member: Membership,
    groups: readonly string[] | undefined,
    deadline: Deadline,
): Promise<string[] | undefined> {
    if (groups === undefined) return undefined;
    const numbered = member.backend === "ad";
    const commands = [...groupSearches(groups, asMachine), ...(numbered ? groupNumbers(groups, asMachine) : [])];
    const answers =
        commands.length === 0 ? {} : await lookPrivately(hostSession, member, commands, { name: "groups", timeout: 120, deadline });
    const { sids, findings: unknown } = foundGroups(groups, member.workgroup, answers);
    const findings = [...unknown, ...(numbered ? groupFindings(groups, answers, rangeOf(member.idRange)).findings : [])];
    if (findings[0] !== undefined)
        throw new PvesmbError("InvalidInput", findings.map(({ property, text }) => `${property}: ${text}`).join("; "), {
            property: findings[0].property,
        });
    return sids;
}

export const ADMISSION_FILES = [DOMAIN.admits, DOMAIN.allowed, DOMAIN.pam, DOMAIN.pamBefore];

/** The list; the gateway's own account is on it, for proofs. */
const listOf = ({ idRange, backend, allowed = [] }: Membership, accountSid: string): string =>
    admissionText({
        domain: domainOf(accountSid),
        low: backend === "ad" ? undefined : rangeOf(idRange).low,
        sids: [...allowed, accountSid],
    });

/** Sets who may log in, or lets everybody in again as it was before. */
export function admissionSteps(look: GatherResult, member?: Membership, accountSid = ""): Step[] {
    const found = look.files[DOMAIN.pam];
    const before = look.files[DOMAIN.pamBefore];
    if (member?.allowed === undefined)
        return [
            ...(before === undefined ? [] : [{ do: "write", path: DOMAIN.pam, content: before, mode: "0644" } as const]),
            ...[DOMAIN.pamBefore, DOMAIN.allowed, DOMAIN.admits].map((path) => ({ do: "remove", path }) as const),
        ];
    return [
        { do: "directory", path: posix.dirname(DOMAIN.admits), mode: "0755" },
        { do: "write", path: DOMAIN.admits, content: asset("ad/program/admits.py"), mode: "0755" },
        { do: "write", path: DOMAIN.allowed, content: listOf(member, accountSid), mode: "0600" },
        ...(found === undefined || found === PAM_TEXT || before !== undefined
            ? []
            : [{ do: "write", path: DOMAIN.pamBefore, content: found, mode: "0644" } as const]),
        { do: "write", path: DOMAIN.pam, content: PAM_TEXT, mode: "0644" },
    ];
}

export const admissionDrift = (look: GatherResult, member: Membership, accountSid: string): string[] =>
    member.allowed === undefined
        ? []
        : [
              ...textDrift(DOMAIN.admits, asset("ad/program/admits.py"), look.files[DOMAIN.admits]),
              ...textDrift(DOMAIN.allowed, listOf(member, accountSid), look.files[DOMAIN.allowed]),
              ...textDrift(DOMAIN.pam, PAM_TEXT, look.files[DOMAIN.pam]),
          ].map((text) => `allowedGroups: ${text}`);
