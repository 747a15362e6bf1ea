import * as z from "zod";
import { field } from "./meta";
import { parsePrincipal, samePrincipal } from "./principal-name";

/**
 * What names of a domain were on the gateway when they were resolved last (decision 0029). Reads and deletes go by it, so they need no domain
 * controller.
 */
const domainAccount = z.strictObject({
    name: field(z.string(), { description: "As the program writes it." }),
    kind: field(z.enum(["user", "group"]), { description: "What it is." }),
    sid: field(z.string(), { description: "Security identifier." }),
    id: field(z.int(), { description: "The uid of a user, the gid of a group." }),
    account: field(z.string(), { description: "Its name for the gateway's system." }),
});

export type DomainAccount = z.infer<typeof domainAccount>;

/** The output of every resource that names accounts. */
export const domainAccounts = field(z.array(domainAccount).optional(), {
    description: "Accounts of the gateway's domain that the program names, with their SIDs.",
    hidden: true,
});

/** The account that a name stands for; in another spelling too, as Active Directory compares. */
export function accountFor(accounts: readonly DomainAccount[] | undefined, name: string): DomainAccount | undefined {
    const exact = accounts?.find((account) => account.name === name);
    if (exact !== undefined || accounts === undefined) return exact;
    const wanted = parsePrincipal(name);
    if ("fault" in wanted) return undefined;
    return accounts.find((account) => {
        const known = parsePrincipal(account.name);
        return !("fault" in known) && samePrincipal(wanted, known);
    });
}
