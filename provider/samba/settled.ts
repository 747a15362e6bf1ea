import { accountFor } from "../model/domain-accounts";
import type { DomainAccount } from "../model/domain-accounts";
import type { OnHost } from "./principals";

type Accounts = readonly DomainAccount[] | undefined;

/** An entry of `access` or `aclEntries`: one of the two. */
export interface Whom {
    user?: string | undefined;
    group?: string | undefined;
}

/** An entry with the SID in place of the name of a domain's account, and what the gateway has for it. */
function settled<E extends Whom>(entry: E, accounts: Accounts): E & { account?: OnHost } {
    const [kind, name] = entry.user === undefined ? (["group", entry.group] as const) : (["user", entry.user] as const);
    const found = name === undefined ? undefined : accountFor(accounts, name);
    return found === undefined ? entry : { ...entry, [kind]: found.sid, account: { id: found.id, name: found.account } };
}

export const settledEntries = <E extends Whom>(entries: readonly E[], accounts: Accounts): (E & { account?: OnHost })[] =>
    entries.map((entry) => settled(entry, accounts));

/** A member of a local group as /etc/group has it. */
export const memberText = (name: string, accounts: Accounts): string => accountFor(accounts, name)?.account ?? name;

/** Owner or group as an executor takes it: the number of a domain's account. */
export function ownerText(name: string, accounts: Accounts): string {
    const found = accountFor(accounts, name);
    return found === undefined ? name : String(found.id);
}
