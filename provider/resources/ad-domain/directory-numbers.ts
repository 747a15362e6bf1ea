import { filterValue, finding, parseEntries } from "../../ad";
import type { Entry, Finding, IdRange, PrivateCommand } from "../../ad";
import { parseSid } from "../../model/sid";
import type { Answers } from "./private-step";

/** Whether the directory has the numbers that a member with `idmap.backend: "ad"` needs (RFC 2307). */

type Ask = (name: string, argv: string[]) => PrivateCommand;

/** Domain Users, the primary group of users unless somebody changed it: winbind gives a user no uid whose primary group has no gid. */
const DOMAIN_USERS = 513;

const commandName = (group: string): string => `numbers of ${group}`;

/** The name of `AD\Name`. */
export const bare = (group: string): string => group.slice(group.indexOf("\\") + 1);

/** First the domain's SID, and the groups that the program names. */
export const groupNumbers = (groups: readonly string[], as: Ask): PrivateCommand[] =>
    groups.map((group) => {
        const sid = parseSid(group);
        const which = sid === undefined ? `sAMAccountName=${filterValue(bare(group))}` : `objectSid=${sid}`;
        return as(commandName(group), ["search", `(&(objectClass=group)(${which}))`, "gidNumber", "distinguishedName"]);
    });

/** Then what those answers lead to: the users' primary group, and who is in a group and has no number. */
export const userNumbers = (domainSid: string, groups: readonly Entry[], { low, high }: IdRange, as: Ask): PrivateCommand[] => [
    as("primary", ["search", `(objectSid=${domainSid}-${DOMAIN_USERS})`, "sAMAccountName", "gidNumber"]),
    as("outside", [
        "search",
        `(|${["uidNumber", "gidNumber"].map((name) => `(${name}<=${low - 1})(${name}>=${high + 1})`).join("")})`,
        ...["sAMAccountName", "uidNumber", "gidNumber"],
    ]),
    ...groups.flatMap((entry, index) => {
        const [dn] = entry.get("distinguishedname") ?? [];
        // Members also by way of other groups ([MS-ADTS] 3.1.1.3.4.4.3, LDAP_MATCHING_RULE_TRANSITIVE_EVAL).
        const members = `(memberOf:1.2.840.113556.1.4.1941:=${filterValue(dn ?? "")})`;
        return dn === undefined
            ? []
            : [
                  as(`unnumbered ${index}`, [
                      "search",
                      `(&(objectCategory=person)(objectClass=user)${members}(!(uidNumber=*)))`,
                      "sAMAccountName",
                  ]),
              ];
    }),
];

const numberIn = (entry: Entry | undefined, attribute: string): number | undefined => {
    const [text] = entry?.get(attribute) ?? [];
    return text === undefined ? undefined : Number(text);
};

const fits = (number: number | undefined, { low, high }: IdRange): boolean => number !== undefined && low <= number && number <= high;

const lack = (number: number | undefined, { low, high }: IdRange): string =>
    number === undefined ? "has no gidNumber in the directory" : `has the gidNumber ${number}, outside idRange ${low}-${high}`;

/** The groups as the directory has them, and those without a number. Groups that are not there are somebody else's finding. */
export function groupFindings(groups: readonly string[], answers: Answers, range: IdRange): { found: Entry[]; findings: Finding[] } {
    const found: Entry[] = [];
    const findings = groups.flatMap((group, index): Finding[] => {
        const said = answers[commandName(group)];
        const [entry] = said?.code === 0 ? parseEntries(said) : [];
        if (entry === undefined) return [];
        found.push(entry);
        const number = numberIn(entry, "gidnumber");
        return fits(number, range)
            ? []
            : [finding("no-number", `allowedGroups[${index}]`, `${group} ${lack(number, range)}; give it one there that fits`)];
    });
    return { found, findings };
}

const SHOWN = 10;
const listed = (names: readonly string[]): string =>
    names.length > SHOWN ? `${names.slice(0, SHOWN).join(", ")} and ${names.length - SHOWN} more` : names.join(", ");
const nameOf = (entry: Entry): string => entry.get("samaccountname")?.[0] ?? "?";

/** What would be silence: a primary group without a number lets nobody in; the rest only concerns some, who are named. */
export function userFindings(domainSid: string, answers: Answers, range: IdRange): { findings: Finding[]; warnings: string[] } {
    const entries = (name: string): Entry[] => {
        const said = answers[name];
        return said?.code === 0 ? parseEntries(said) : [];
    };
    const [primary] = entries("primary");
    const number = numberIn(primary, "gidnumber");
    const findings = fits(number, range)
        ? []
        : [
              finding(
                  "no-number",
                  "idmap.backend",
                  `${primary === undefined ? `the group ${domainSid}-${DOMAIN_USERS}` : nameOf(primary)}, the primary group of users, ${lack(number, range)}, so no user would get in; give it one there that fits`,
              ),
          ];
    const outside = entries("outside").map((entry) => `${nameOf(entry)} (${numberIn(entry, "uidnumber") ?? numberIn(entry, "gidnumber")})`);
    const unnumbered = [
        ...new Set(
            Object.keys(answers)
                .filter((name) => name.startsWith("unnumbered "))
                .flatMap((name) => entries(name).map(nameOf)),
        ),
    ];
    return {
        findings,
        warnings: [
            ...(outside.length === 0
                ? []
                : [`idRange: numbers in the directory are outside it, so these have no access: ${listed(outside)}`]),
            ...(unnumbered.length === 0
                ? []
                : [
                      `allowedGroups: these users are in them and have no uidNumber in the directory, so they do not get in: ${listed(unnumbered)}`,
                  ]),
        ],
    };
}
