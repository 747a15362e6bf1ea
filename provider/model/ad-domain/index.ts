import { childUses } from "../common";
import { unitFault } from "../domain-names";
import { notOnExisting } from "../existing";
import type { Model } from "../meta";
import { inputs, outputs } from "./inputs";
import type { DomainInputs } from "./inputs";

type Credential = NonNullable<DomainInputs["credential"]>;

const PROOFS = ["password", "passwordFrom", "tickets", "ticketsFrom"] as const;

/** A password or tickets, from one source only. */
function credentialFaults(credential: Credential | undefined, property: string): { property: string; reason: string }[] {
    if (credential === undefined) return [];
    const [first, ...others] = PROOFS.filter((each) => credential[each] !== undefined);
    if (first === undefined)
        return [{ property: `${property}.password`, reason: "is required, unless you set `passwordFrom`, `tickets` or `ticketsFrom`" }];
    return [
        ...others.map((each) => ({ property: `${property}.${each}`, reason: `cannot be combined with \`${first}\`; keep one of them` })),
        ...(["passwordFrom", "ticketsFrom"] as const).flatMap((each) => {
            const from = credential[each];
            return from !== undefined && (from.env === undefined) === (from.file === undefined)
                ? [{ property: `${property}.${each}`, reason: "must have either `env` or `file`" }]
                : [];
        }),
    ];
}

/** One source of the blob. */
function blobFaults({ blob, blobFrom }: NonNullable<DomainInputs["offlineJoin"]>): { property: string; reason: string }[] {
    if (blobFrom === undefined)
        return blob === undefined ? [{ property: "offlineJoin.blob", reason: "is required, unless you set `blobFrom`" }] : [];
    if (blob !== undefined) return [{ property: "offlineJoin.blobFrom", reason: "cannot be combined with `blob`; keep one of them" }];
    return (blobFrom.env === undefined) === (blobFrom.file === undefined)
        ? [{ property: "offlineJoin.blobFrom", reason: "must have either `env` or `file`" }]
        : [];
}

export const domainModel: Model<typeof inputs, typeof outputs> = {
    kind: "AdDomain",
    description:
        "Makes a gateway a member of an Active Directory domain: users of the domain open its shares, by Kerberos under the gateway's name and by NTLM under its address. Everything is checked before the domain or the gateway is touched, and everything that is wrong is reported at once (docs/active-directory.md). Local users stay; once joined, they log in as `GATEWAY\\user`.",
    example: `new pvesmb.AdDomain("ad", {
    gateway: files,
    domain: "ad.example.com",
    credential: { user: "joiner", password: config.requireSecret("joiner") },
    ou: "OU=Gateways,DC=ad,DC=example,DC=com",
});`,
    inputs,
    outputs,
    deletion:
        "The computer account and the gateway's records in DNS go, with `leave.credential` or `credential`; without one the gateway removes its records and forgets its membership, and a warning names the account that stays. Sessions end. Local users and all files stay.",
    rules: [
        notOnExisting(
            "gateway",
            () => true,
            "a join would change the host's own krb5.conf, nsswitch.conf and smb.conf, so it is not offered; join a gateway that is a container",
        ),
        { needs: ["credential"], check: ({ credential }) => credentialFaults(credential, "credential") },
        { needs: ["offlineJoin"], check: ({ offlineJoin }) => (offlineJoin === undefined ? [] : blobFaults(offlineJoin)) },
        { needs: ["leave"], check: ({ leave }) => credentialFaults(leave?.credential, "leave.credential") },
        {
            needs: ["ou", "domain"],
            check: ({ ou, domain }) => {
                const fault = ou === undefined ? undefined : unitFault(ou, domain);
                return fault === undefined ? [] : [{ property: "ou", reason: fault }];
            },
        },
        {
            needs: ["dns"],
            check: ({ dns }) =>
                dns !== undefined && !dns.register && dns.addresses !== undefined
                    ? [{ property: "dns.addresses", reason: "has no effect with `register: false`; leave one of them out" }]
                    : [],
        },
    ],
    uses: childUses,
    version: 2,
};
