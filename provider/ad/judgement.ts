import { PvesmbError } from "../base/errors";
import { accountFor } from "../model/domain-accounts";
import type { DomainAccount } from "../model/domain-accounts";
import { CONTROL } from "../model/text";
import { kindOf } from "./resolution";
import type { FoundAccount, Resolution } from "./resolution";

/** A place in a program that names an account of a domain. */
export interface Named {
    /** The property that holds it: `access[0].group`. */
    property: string;
    /** One of a list in which nobody stands twice: `access`. */
    list?: string;
    kind: "user" | "group";
    name: string;
    /** What to do with the other kind here. */
    otherwise?: string;
}

/** What is to be told besides. */
export interface Judged {
    accounts: DomainAccount[];
    /** Names that stay as they were resolved before, because nobody could be asked. */
    kept: string[];
}

const quoted = (text: string): string => JSON.stringify(text).replaceAll("\\\\", "\\");

/**
 * What the names of one resource are. Throws before anything is written: all unknown names at once, and with what each of them was probably
 * meant to be. `host` for messages.
 */
export function judge(
    host: string,
    named: readonly Named[],
    answer: Resolution | undefined,
    before: readonly DomainAccount[] | undefined,
): Judged {
    const [{ property } = { property: "" }] = named;
    const fail = (kind: PvesmbError["kind"], text: string, at = property): PvesmbError => new PvesmbError(kind, text, { property: at });
    const known = (name: string, kind: Named["kind"]): DomainAccount | undefined => {
        const account = accountFor(before, name);
        return account?.kind === kind ? account : undefined;
    };
    const silent = answer === undefined || isSilent(answer);
    if (answer !== undefined && answer.domain === null && !silent)
        throw fail(
            "InvalidInput",
            `${property}: ${names(named)} ${named.length > 1 ? "are accounts" : "is an account"} of a domain, and ${host} is a member of none (${
                answer.why === "absent" ? "it has no winbind" : "its winbind knows no domain"
            }); join it with an AdDomain for this gateway and let this resource depend on that (\`dependsOn\`), or name local accounts`,
        );
    const accounts = new Map<string, DomainAccount>();
    const kept: string[] = [];
    const faults: [Named, string][] = [];
    const unasked: Named[] = [];
    for (const each of named) {
        const found = answer?.found[each.name];
        if (found === undefined) {
            const old = silent ? known(each.name, each.kind) : undefined;
            if (old !== undefined) {
                accounts.set(`${each.kind} ${each.name}`, { ...old, name: each.name });
                kept.push(each.name);
            } else if (silent) unasked.push(each);
            else faults.push([each, unknown(each, answer)]);
            continue;
        }
        const fault = misfit(each, found);
        if (fault === undefined) accounts.set(`${each.kind} ${each.name}`, accountOf(each, found));
        else faults.push([each, fault]);
    }
    if (unasked.length > 0)
        throw new PvesmbError(
            "Unreachable",
            `${unasked[0]?.property}: nobody on ${host} can say who ${names(unasked)} ${unasked.length > 1 ? "are" : "is"}: ${
                answer === undefined || answer.why === "down"
                    ? "its winbind does not answer; see `systemctl status winbind` there"
                    : `no controller of the domain ${answer.domain?.name} answers; see \`wbinfo --ping-dc\` and \`net ads info\` there`
            }. Nothing was changed; run again once one answers`,
            { property: unasked[0]?.property ?? "", dispatched: false },
        );
    const [first] = faults;
    if (first !== undefined)
        throw fail("InvalidInput", faults.map(([at, text]) => `${at.property}: ${text}`).join("; "), first[0].property);
    refuseTwice(named, accounts);
    return { accounts: [...accounts.values()], kept };
}

/** Nobody could be asked about names that were not found: no controller, no winbind, no answer. */
export const isSilent = (answer: Resolution | undefined): boolean =>
    answer === undefined || answer.why === "down" || answer.why === "away" || (answer.domain !== null && !answer.reachable);

const names = (named: readonly Named[]): string => [...new Set(named.map(({ name }) => quoted(name)))].join(", ");

function unknown({ name }: Named, { domain, near, renamed }: Resolution): string {
    const now = renamed[name];
    if (now !== undefined) return `there is no account ${quoted(name)} any more; the one that it was is ${quoted(now)} now, write that`;
    const alike = near[name] ?? [];
    return `there is no account ${quoted(name)} in the domain ${domain?.name}${
        alike.length > 0 ? `; did you mean ${alike.map(quoted).join(" or ")}?` : ", nor one with a name like that; correct it"
    }`;
}

/** An account that does not fit where it stands. */
function misfit({ kind, name, otherwise }: Named, found: FoundAccount): string | undefined {
    const is = kindOf(found);
    if (is !== kind) return `${quoted(name)} is a ${is}, not a ${kind}; ${otherwise ?? `give it as \`${is}\``}`;
    if (found.id === null)
        return `${quoted(name)} (${found.sid}) has no ${kind === "user" ? "uid" : "gid"} on the gateway: no idmap range there holds it; widen the domain's range, or with \`idmap.backend: "ad"\` give it a ${kind === "user" ? "uidNumber" : "gidNumber"} within idRange in the directory (winbind asks again after two minutes)`;
    if (found.account === null)
        return `${quoted(name)} has the number ${found.id} on the gateway, and its system knows no such account: winbind is missing in /etc/nsswitch.conf, or libnss-winbind is not installed`;
    if (!found.account.includes("\\"))
        return `${quoted(name)} is the gateway's own ${kind} ${found.account}; name it like that, without a domain`;
    // What would be read as two accounts, or end a line of /etc/group, or show otherwise than it is.
    return /[,:]/.test(found.account) || CONTROL.test(found.account)
        ? `${quoted(name)} is ${quoted(found.account)} on the gateway, which no list of accounts can hold`
        : undefined;
}

const accountOf = ({ kind, name }: Named, { sid, id, account }: FoundAccount): DomainAccount => ({
    name,
    kind,
    sid,
    id: id ?? 0,
    account: account ?? "",
});

/** The same one under two names: which of the entries counts would be left to chance. */
function refuseTwice(named: readonly Named[], accounts: ReadonlyMap<string, DomainAccount>): void {
    const seen = new Map<string, Named>();
    for (const each of named) {
        const sid = accounts.get(`${each.kind} ${each.name}`)?.sid;
        if (each.list === undefined || sid === undefined) continue;
        const key = `${each.list} ${sid}`;
        const other = seen.get(key);
        if (other !== undefined)
            throw new PvesmbError(
                "InvalidInput",
                `${each.property}: ${quoted(other.name)} and ${quoted(each.name)} are the same account (${sid}); keep one entry`,
                { property: each.property },
            );
        seen.set(key, each);
    }
}
