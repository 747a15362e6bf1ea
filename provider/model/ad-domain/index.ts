import type { Failure } from "../../base/handler";
import { childUses } from "../common";
import { unitFault } from "../domain-names";
import { notOnHost } from "../on-host";
import type { Model } from "../meta";
import { placeFaults, sourceFaults } from "../one-source";
import { inputs, outputs } from "./inputs";
import type { DomainInputs } from "./inputs";

type Credential = NonNullable<DomainInputs["credential"]>;

/** A password, tickets or a keytab, from one source only. */
const credentialFaults = (credential: Credential | undefined, at: string): Failure[] =>
    credential === undefined
        ? []
        : [
              ...sourceFaults(credential, ["password", "passwordFrom", "tickets", "ticketsFrom", "keytab", "keytabFrom"], at),
              ...placeFaults(credential.passwordFrom, `${at}.passwordFrom`),
              ...placeFaults(credential.ticketsFrom, `${at}.ticketsFrom`),
              ...placeFaults(credential.keytabFrom, `${at}.keytabFrom`),
          ];

const blobFaults = (offlineJoin: DomainInputs["offlineJoin"]): Failure[] =>
    offlineJoin === undefined
        ? []
        : [...sourceFaults(offlineJoin, ["blob", "blobFrom"], "offlineJoin"), ...placeFaults(offlineJoin.blobFrom, "offlineJoin.blobFrom")];

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
        notOnHost(
            "gateway",
            () => true,
            "a join would change the host's own krb5.conf, nsswitch.conf and smb.conf, so it is not offered; join a gateway that is a container",
        ),
        { needs: ["credential"], check: ({ credential }) => credentialFaults(credential, "credential") },
        {
            needs: ["idmap", "idRange"],
            check: ({ idmap, idRange }) =>
                idmap.backend === "ad" && idRange === undefined
                    ? [
                          {
                              property: "idRange",
                              reason: 'is required with `idmap.backend: "ad"`: the range in which the directory has uidNumber and gidNumber',
                          },
                      ]
                    : [],
        },
        { needs: ["offlineJoin"], check: ({ offlineJoin }) => blobFaults(offlineJoin) },
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
