import { PvesmbError } from "../../base/errors";
import type { Deadline } from "../../base/deadline";
import type { HostSession } from "../../hosts";
import { dnsNameOf, shortOf, withLogin } from "../../ad";
import type { Login } from "../../ad";
import { runPrivately } from "./private-step";
import type { Membership } from "./types";

/** What clients ask a ticket for; `cifs/name` is the same by the domain's sPNMappings. */
const principalOf = (name: string): string => `HOST/${name.toLowerCase()}`;

/** Names that the gateway has in DNS, its own first. */
export const namesOf = (member: Pick<Membership, "computerName" | "domain">, dnsNames: readonly string[] = []): string[] => [
    ...new Set([dnsNameOf(member), ...dnsNames.map((name) => name.toLowerCase())]),
];

/** Service principal names to be added and to be taken away. `before`: names of an earlier run. */
export function nameChanges(
    found: readonly string[],
    dnsNames: readonly string[] = [],
    before: readonly string[] = [],
): { add: string[]; remove: string[] } {
    const known = new Set(found.map((each) => each.toLowerCase()));
    const wanted = dnsNames.map(principalOf);
    return {
        add: wanted.filter((each) => !known.has(each.toLowerCase())),
        remove: before.map(principalOf).filter((each) => !wanted.includes(each) && known.has(each.toLowerCase())),
    };
}

/** The computer account itself may not: it needs who joins (samba.md section 0, 9). */
export async function changeNames(
    hostSession: HostSession,
    nonce: string,
    member: Membership,
    { add, remove }: { add: string[]; remove: string[] },
    { login, deadline }: { login: Login; deadline: Deadline },
): Promise<void> {
    const commands = [
        ...remove.map((name) => withLogin(login, member.domain, name, ["setspn", "delete", member.computerName, name], { must: true })),
        ...add.map((name) => withLogin(login, member.domain, name, ["setspn", "add", member.computerName, name], { must: true })),
    ];
    const run = { name: "names", timeout: 120, deadline, key: `domain:${nonce}`, message: "changing the service principal names failed" };
    const answers = await runPrivately(hostSession, member, commands, run);
    for (const { name } of commands) {
        const said = answers[name];
        if (said?.code === 0) continue;
        throw new PvesmbError(
            "RemoteFailed",
            `dnsNames: ${login.user} cannot change ${name} of ${member.computerName}: ${shortOf(said)}; let it write servicePrincipalName there, and see that no other account has that name`,
            { property: "dnsNames" },
        );
    }
}
