import type { Deadline } from "../../base/deadline";
import { PvesmbError } from "../../base/errors";
import type { HostSession } from "../../hosts";
import {
    accountSearch,
    baseOf,
    failureIn,
    finding,
    highestRid,
    lastLine,
    parentOf,
    parseEntries,
    provisionRoom,
    sameDomain,
    sameUnit,
    textOf,
    withLogin,
} from "../../ad";
import type { DomainMark, Entry, Finding, KeptIds, Login, PrivateCommand, Provisioned, Said } from "../../ad";
import type { DomainInputs } from "../../model";
import { blobHas } from "../../model/offline-join";
import { foundGroups, groupSearches } from "./admission";
import { groupFindings, groupNumbers, userFindings, userNumbers } from "./directory-numbers";
import { rangeOf } from "./part";
import { lookPrivately } from "./private-step";
import type { Answers } from "./private-step";
import type { Membership } from "./types";

/** What of the inputs a look before a join needs. */
export type JoinInputs = Pick<
    DomainInputs,
    "domain" | "workgroup" | "computerName" | "idRange" | "servers" | "ou" | "adopt" | "dns" | "allowedGroups"
>;

/** What a login before a join is for. */
export interface LoginAsking {
    hostSession: HostSession;
    inputs: JoinInputs;
    login: Login | Provisioned;
    /** What says that an account of this name is ours. */
    ours: { mark?: DomainMark; kept?: KeptIds };
    deadline: Deadline;
}

/** What it showed; no findings: the join may begin. */
interface Seen {
    findings: Finding[];
    /** What stops nothing, and should be known. */
    warnings?: string[];
    rid?: number;
}

const LOGIN_LOOK = { name: "login", timeout: 120 };

/** Looks by who joins: whether the domain takes the credential, and the account may be made or used. Changes nothing. */
export const logIn = ({ login, ...asking }: LoginAsking, member: Membership, server: string): Promise<Seen> =>
    "blob" in login ? asAccount({ ...asking, login }, member, server) : asJoiner({ ...asking, login }, member, server);

type As<L> = Omit<LoginAsking, "login"> & { login: L };

/** With the credential of somebody who may create the account: the name is free, and so is the way to its place. */
async function asJoiner(asking: As<Login>, member: Membership, server: string): Promise<Seen> {
    const { inputs, login } = asking;
    const at = askingAt(asking, server);
    const answers = await asked(asking, member, server, [
        at("root", ["dn", baseOf(inputs.domain), "wellKnownObjects"]),
        ...(inputs.ou === undefined ? [] : [at("unit", ["dn", inputs.ou, "allowedChildClassesEffective"])]),
    ]);
    if (answers["rid"]?.code !== 0) return { findings: [credentialFinding(answers["rid"], login)] };
    const account = accountIn(answers);
    const taken = account === undefined ? [] : takenFindings(asking, member, account);
    // An account that is ours may be used without the right to make one.
    const place = account !== undefined && taken.length === 0 ? [] : await placeFindings(asking, member, server, answers);
    const seen = seenBy(asking, member, answers, { property: "credential.user", who: login.user, findings: [...taken, ...place] });
    return withNumbers(asking, member, server, answers, seen);
}

/** As the account that a blob is for: it is this gateway's, and the domain still takes its password. */
async function asAccount(asking: As<Provisioned>, member: Membership, server: string): Promise<Seen> {
    const { inputs, login } = asking;
    const foreign = foreignBlob(login, member);
    if (foreign !== undefined) return { findings: [foreign] };
    const answers = await asked(asking, member, server, [], [provisionRoom(login)]);
    if (answers["rid"]?.code !== 0) return { findings: [blobFinding(answers["rid"], answers["provisioned"])] };
    const findings = unitFindings(inputs.ou, accountIn(answers));
    const seen = seenBy(asking, member, answers, { property: "offlineJoin", who: `${member.computerName}$`, findings });
    return withNumbers(asking, member, server, answers, seen, [provisionRoom(login)]);
}

const askingAt =
    ({ login, inputs }: LoginAsking, server: string) =>
    (name: string, argv: string[]): PrivateCommand =>
        withLogin(login, inputs.domain, name, [...argv, "-S", server]);

/** What everybody who joins asks; `more` besides, `first` before it. */
function asked(
    asking: LoginAsking,
    member: Membership,
    server: string,
    more: PrivateCommand[],
    first: PrivateCommand[] = [],
): Promise<Answers> {
    const { hostSession, inputs, deadline } = asking;
    const at = askingAt(asking, server);
    const commands: PrivateCommand[] = [
        ...first,
        { ...at("rid", ["search", "(objectClass=rIDManager)", "rIDAvailablePool"]), must: true },
        at("account", accountSearch(member.computerName)),
        ...groupSearches(inputs.allowedGroups, at),
        ...(member.backend === "ad"
            ? [at("domain", ["dn", baseOf(inputs.domain), "objectSid"]), ...groupNumbers(inputs.allowedGroups ?? [], at)]
            : []),
        ...more,
    ];
    return lookPrivately(hostSession, member, commands, { ...LOGIN_LOOK, deadline });
}

/** Adds what is wrong with the numbers in the directory, where they are used. `first`: what every room needs. */
async function withNumbers(
    asking: LoginAsking,
    member: Membership,
    server: string,
    answers: Answers,
    seen: Seen,
    first: PrivateCommand[] = [],
): Promise<Seen> {
    if (member.backend !== "ad") return seen;
    const { hostSession, inputs, deadline } = asking;
    const range = rangeOf(member.idRange);
    const groups = groupFindings(inputs.allowedGroups ?? [], answers, range);
    const [domainSid] =
        answers["domain"]?.code === 0 ? parseEntries(answers["domain"]).flatMap((entry) => entry.get("objectsid") ?? []) : [];
    if (domainSid === undefined)
        throw new PvesmbError("RemoteFailed", `${inputs.domain} does not tell its SID: ${textOf(answers["domain"])}`);
    const commands = [...first, ...userNumbers(domainSid, groups.found, range, askingAt(asking, server))];
    const more = await lookPrivately(hostSession, member, commands, { ...LOGIN_LOOK, deadline });
    const { findings, warnings } = userFindings(domainSid, more, range);
    return { ...seen, findings: [...seen.findings, ...groups.findings, ...findings], warnings };
}

const accountIn = ({ account }: Answers): Entry | undefined => (account === undefined ? undefined : parseEntries(account)[0]);

/** Adds what does not depend on who asked. `who`: may read how large the domain is; `property` says so. */
function seenBy(
    { inputs }: LoginAsking,
    member: Membership,
    answers: Answers,
    { property, who, findings }: { property: string; who: string; findings: Finding[] },
): Seen {
    const pools = answers["rid"] === undefined ? [] : parseEntries(answers["rid"]).flatMap((entry) => entry.get("ridavailablepool") ?? []);
    const rid = highestRid(pools[0] ?? "");
    const groups = foundGroups(inputs.allowedGroups, member.workgroup, answers).findings;
    if (rid !== undefined) return { findings: [...findings, ...groups], rid };
    if (member.backend === "ad") return { findings: [...findings, ...groups] };
    const blind = finding(
        "not-known",
        property,
        `${who} cannot read how many accounts the domain has (rIDAvailablePool of CN=RID Manager$,CN=System), so nobody knows whether idRange holds them; let it read that object`,
    );
    return { findings: [...findings, blind, ...groups] };
}

/** A blob would join the gateway under another name, or into another domain. */
function foreignBlob({ blob }: Provisioned, { computerName, domain }: Membership): Finding | undefined {
    const other = [computerName, domain].find((text) => !blobHas(blob, text));
    return other === undefined
        ? undefined
        : finding(
              "credential",
              "offlineJoin",
              `the blob is not for the computer ${computerName} in ${domain} (there is no ${other} in it); make one for it, or set \`computerName\` to the blob's`,
          );
}

function blobFinding(said: Said | undefined, provisioned: Said | undefined): Finding {
    const text = textOf(said);
    const spent = "the domain does not take the blob's password: it joins once only, and the account was reset, deleted or used since";
    const cause = ["credential", "secret-differs", "account-gone", "not-joined"].includes(failureIn(text))
        ? `${spent}; make a new blob (\`net offlinejoin provision … reuse\`, \`djoin /reuse\`, or delete the account first)`
        : `the account of the blob cannot log in: ${lastLine(text) || lastLine(textOf(provisioned)) || "no answer"}`;
    return finding("credential", "offlineJoin", cause);
}

/** Where the account is was decided when it was made. */
function unitFindings(ou: string | undefined, account: Entry | undefined): Finding[] {
    const dn = account?.get("distinguishedname")?.[0];
    return ou === undefined || dn === undefined || sameUnit(parentOf(dn), ou)
        ? []
        : [finding("not-known", "ou", `the account of the blob is in ${parentOf(dn)}; set ou to that, leave it out, or move the account`)];
}

function takenFindings({ inputs, ours }: As<Login>, { computerName }: Membership, account: Entry): Finding[] {
    const sid = account.get("objectsid")?.[0];
    const begun = ours.mark !== undefined && sameDomain(ours.mark.domain, inputs.domain) && sameName(ours.mark.computerName, computerName);
    const kept = sid !== undefined && ours.kept?.accountSid === sid;
    if (begun || kept || inputs.adopt) return [];
    return [
        finding(
            "name-taken",
            "computerName",
            `the domain has a computer account ${computerName} already (${account.get("distinguishedname")?.[0] ?? "no name"}), and a join would reset its password; choose another computerName, delete the account, or take it over with \`adopt: true\``,
        ),
    ];
}

const sameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** GUID_COMPUTERS_CONTAINER_W of [MS-ADTS] 6.1.1.4; administrators redirect it with redircmp. */
const COMPUTERS = "AA312825768811D1ADED00C04FD8D5CD";

async function placeFindings(asking: As<Login>, member: Membership, server: string, answers: Answers): Promise<Finding[]> {
    const { inputs, login, hostSession, deadline } = asking;
    let place = inputs.ou;
    let answer = answers["unit"];
    if (place === undefined) {
        const known =
            answers["root"] === undefined ? [] : parseEntries(answers["root"]).flatMap((entry) => entry.get("wellknownobjects") ?? []);
        place = known
            .find((each) => each.toUpperCase().startsWith(`B:32:${COMPUTERS}:`))
            ?.split(":")
            .slice(3)
            .join(":");
        place ??= `CN=Computers,${baseOf(inputs.domain)}`;
        const look = withLogin(login, inputs.domain, "unit", ["dn", place, "allowedChildClassesEffective", "-S", server]);
        answer = (await lookPrivately(hostSession, member, [look], { ...LOGIN_LOOK, deadline }))["unit"];
    }
    if (answer?.code !== 0)
        return [
            failureIn(textOf(answer)) === "no-such-object"
                ? finding("no-such-unit", "ou", `${place} is not there, or ${login.user} may not see it; create it, or correct the name`)
                : finding("not-known", "ou", `${place} could not be looked at: ${textOf(answer)}`),
        ];
    const classes = parseEntries(answer).flatMap((entry) => entry.get("allowedchildclasseseffective") ?? []);
    return classes.some((each) => each.toLowerCase() === "computer")
        ? []
        : [
              finding(
                  "denied",
                  inputs.ou === undefined ? "ou" : "credential.user",
                  `${login.user} may not create computer objects in ${place}; delegate that to it (docs/active-directory.md), or set \`ou\` to where it may`,
              ),
          ];
}

/** net says nothing about tickets that it cannot use. */
const ticketWords = (login: Login): string =>
    !("tickets" in login)
        ? "no answer"
        : `the domain does not take the tickets: they have expired, or are of another realm than ${login.user}'s; \`kinit\` gets new ones`;

function credentialFinding(said: Said | undefined, login: Login): Finding {
    const text = textOf(said);
    const causes: Partial<Record<ReturnType<typeof failureIn>, string>> = {
        credential:
            "keytab" in login
                ? "the keytab has no keys of this account that the domain takes: it is of another account, or older than the account's password"
                : "the domain does not take this user and password",
        "password-expired": "the password has expired or must be changed first; change it, and let it not expire",
        "account-locked": "the account is locked",
        "account-disabled": "the account is disabled, locked or expired",
        clock: "the clocks of the gateway and the domain differ by more than five minutes; set the time on the node",
        unreachable: "no domain controller answered the login",
    };
    const cause = causes[failureIn(text)];
    const known = `${cause ?? text}${cause === undefined ? "" : ` (${lastLine(text)})`}`;
    return finding("credential", "credential", `${login.user} cannot log in: ${known === "" ? ticketWords(login) : known}`);
}
