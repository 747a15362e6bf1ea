import type { Named } from "../../ad/judgement";
import { accountFor } from "../../model/domain-accounts";
import type { DomainAccount } from "../../model/domain-accounts";
import type { ShareInputs } from "../../model";
import type { Access } from "../../samba/access";
import type { Whom } from "../../samba/settled";

type Accounts = readonly DomainAccount[] | undefined;

/** Everybody whom a share names, and where. */
export function namedIn({ access, aclEntries = [], owner, group }: ShareInputs): Named[] {
    const listed = (list: string, entries: readonly Whom[]): Named[] =>
        entries.flatMap(({ user, group }, i): Named[] => [
            ...(user === undefined ? [] : [{ property: `${list}[${i}].user`, list, kind: "user" as const, name: user }]),
            ...(group === undefined ? [] : [{ property: `${list}[${i}].group`, list, kind: "group" as const, name: group }]),
        ]);
    return [
        ...listed("access", access),
        ...listed("aclEntries", aclEntries),
        { property: "owner", kind: "user", name: owner, otherwise: "a directory belongs to a user and a group" },
        { property: "group", kind: "group", name: group, otherwise: "a directory belongs to a user and a group" },
    ];
}

/** An access list that was read, in the program's own words for those whom it names. */
export function spelled(found: readonly Access[], declared: ShareInputs["access"], accounts: Accounts): ShareInputs["access"] {
    const words = new Map(declared.map(({ level: _level, ...whom }) => [accountFor(accounts, whom.user ?? whom.group ?? "")?.sid, whom]));
    return found.map(({ account: _account, level, ...whom }) => ({ ...(words.get(whom.user ?? whom.group) ?? whom), level }));
}
