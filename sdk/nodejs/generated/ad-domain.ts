// Generated from provider/model by `npm run generate`; do not edit.
import type * as pulumi from "@pulumi/pulumi";
import type { Kind } from "../../../provider/base/kind";
import { PvesmbResource, type ResourceWith } from "../shim";
import type {
    AdDomainDnsArgs,
    AdDomainIdmapArgs,
    AdDomainLeaveArgs,
    AdDomainOfflineJoinArgs,
    DomainCredentialArgs,
    GatewayRefArgs,
    TimeoutsArgs,
} from "./inputs";
import type { AdDomainDns, AdDomainIdmap, AdDomainLeave, AdDomainOfflineJoin, DomainCredential, GatewayRef, Timeouts } from "./outputs";

export interface AdDomainArgs {
    /**
     * The gateway it is on: an SmbGateway, or the `ref` of one.
     * A change replaces the resource: it exists only on that gateway.
     */
    gateway: ResourceWith<GatewayRef> | pulumi.Input<GatewayRefArgs>;

    /**
     * The domain's full DNS name.
     * A change replaces the resource: another domain has other accounts.
     */
    domain: pulumi.Input<string>;

    /**
     * The domain's NetBIOS name. It is asked of a domain controller; one that is set here is compared with the answer.
     * A change is refused: it is the domain's own name: leave it out, or set that.
     * @default what the domain says
     */
    workgroup?: pulumi.Input<string>;

    /**
     * Who joins: an account that may create computer objects in `ou`. Needed for a join only, also for one that is repaired; without it a broken membership stays broken. A changed password alone changes nothing.
     */
    credential?: pulumi.Input<DomainCredentialArgs>;

    /**
     * Join by a computer account that an administrator made before (`net offlinejoin provision`, `djoin /provision`): no credential that may create or delete accounts comes near the gateway. It is looked at before it is used, and the account gets another password right after, so a blob joins once: a rebuilt gateway needs another one. Goes before `credential`, which is then needed only for what the computer account may not do itself (`dnsNames`, the deletion of the account).
     */
    offlineJoin?: pulumi.Input<AdDomainOfflineJoinArgs>;

    /**
     * Distinguished name of the organizational unit for the computer account.
     * @default the domain's container for new computers
     */
    ou?: pulumi.Input<string>;

    /**
     * Name of the computer account, and with the domain's name the gateway's name in DNS, under which Kerberos works.
     * A change replaces the resource: the account is another one.
     * @default the gateway's NetBIOS name
     */
    computerName?: pulumi.Input<string>;

    /**
     * Further full names under which clients reach the gateway: each gets a service principal name, for Kerberos, and with `dns.register` a record, if its zone is the domain's.
     */
    dnsNames?: pulumi.Input<pulumi.Input<string>[]>;

    /**
     * Records in the domain's DNS.
     * @default `{"register":true}`
     */
    dns?: pulumi.Input<AdDomainDnsArgs>;

    /**
     * Domain controllers to ask first, in this order. Others are found by DNS all the same, when these do not answer.
     * @default those of the gateway's site
     */
    servers?: pulumi.Input<pulumi.Input<string>[]>;

    /**
     * Numbers (uid, gid) for accounts of the domain: the first one plus the account's relative id in the domain, or with `idmap.backend: "ad"` those in the directory. It must not overlap local accounts (10000-59999), and an unprivileged container has no number above 65535 unless it is given more. Gateways with the same range give files the same owners.
     * A change is refused: files belong to these numbers: leave it out, or set the current one.
     * @default what is free: 60000-65533 in an unprivileged container, 1000000-1999999 in a privileged one
     */
    idRange?: pulumi.Input<string>;

    /**
     * Where the numbers of accounts come from.
     * @default `{"backend":"rid"}`
     */
    idmap?: pulumi.Input<AdDomainIdmapArgs>;

    /**
     * Take over a computer account of that name which the domain has already. The join gives it another password, so a machine that uses it loses its membership.
     * @default `false`
     */
    adopt?: pulumi.Input<boolean>;

    /**
     * Groups of the domain whose users may log in to the gateway, also by way of other groups; nobody else of the domain may, whatever shares grant. Shares grant nothing by it: both must let a user in. Local users log in as before. `AD\name`, or a SID.
     * @default everybody of the domain
     */
    allowedGroups?: pulumi.Input<pulumi.Input<string>[]>;

    /**
     * What happens to the computer account at the end.
     * @default `{"deleteAccount":true}`
     */
    leave?: pulumi.Input<AdDomainLeaveArgs>;

    /**
     * Deadlines of the operations; past them an operation fails with what was under way. Pulumi's own resource option `customTimeouts` is taken for those that are left out here.
     */
    timeouts?: pulumi.Input<TimeoutsArgs>;
}

const kind: Kind = {
    name: "AdDomain",
    inputs: [
        "gateway",
        "domain",
        "credential",
        "offlineJoin",
        "ou",
        "dnsNames",
        "dns",
        "servers",
        "idmap",
        "adopt",
        "allowedGroups",
        "leave",
        "timeouts",
    ],
    outputs: [
        "workgroup",
        "computerName",
        "idRange",
        "realm",
        "forest",
        "dnsName",
        "unc",
        "accountDn",
        "accountSid",
        "domainSid",
        "servicePrincipalNames",
        "addresses",
    ],
    secrets: [
        ["gateway", "connection", "apiToken"],
        ["gateway", "connection", "password"],
        ["gateway", "connection", "otp"],
        ["gateway", "connection", "ssh", "privateKey"],
        ["gateway", "connection", "ssh", "passphrase"],
        ["gateway", "connection", "ssh", "password"],
        ["gateway", "connection", "ssh", "jump", "password"],
        ["gateway", "connection", "markSecret"],
        ["gateway", "connection", "markSecretPrevious"],
        ["credential", "password"],
        ["credential", "tickets"],
        ["credential", "keytab"],
        ["offlineJoin", "blob"],
        ["leave", "credential", "password"],
        ["leave", "credential", "tickets"],
        ["leave", "credential", "keytab"],
    ],
    secretOutputs: [],
    references: ["gateway"],
    outside: [["domain"]],
};

/**
 * Makes a gateway a member of an Active Directory domain: users of the domain open its shares, by Kerberos under the gateway's name and by NTLM under its address. Everything is checked before the domain or the gateway is touched, and everything that is wrong is reported at once (docs/active-directory.md). Local users stay; once joined, they log in as `GATEWAY\user`.
 *
 * ```ts
 * new pvesmb.AdDomain("ad", {
 *     gateway: files,
 *     domain: "ad.example.com",
 *     credential: { user: "joiner", password: config.requireSecret("joiner") },
 *     ou: "OU=Gateways,DC=ad,DC=example,DC=com",
 * });
 * ```
 */
export class AdDomain extends PvesmbResource {
    /**
     * The gateway it is on: an SmbGateway, or the `ref` of one.
     * A change replaces the resource: it exists only on that gateway.
     */
    declare readonly gateway: pulumi.Output<GatewayRef>;

    /**
     * The domain's full DNS name.
     * A change replaces the resource: another domain has other accounts.
     */
    declare readonly domain: pulumi.Output<string>;

    /**
     * The domain's NetBIOS name. It is asked of a domain controller; one that is set here is compared with the answer.
     * A change is refused: it is the domain's own name: leave it out, or set that.
     * @default what the domain says
     */
    declare readonly workgroup: pulumi.Output<string>;

    /**
     * Who joins: an account that may create computer objects in `ou`. Needed for a join only, also for one that is repaired; without it a broken membership stays broken. A changed password alone changes nothing.
     */
    declare readonly credential: pulumi.Output<DomainCredential | undefined>;

    /**
     * Join by a computer account that an administrator made before (`net offlinejoin provision`, `djoin /provision`): no credential that may create or delete accounts comes near the gateway. It is looked at before it is used, and the account gets another password right after, so a blob joins once: a rebuilt gateway needs another one. Goes before `credential`, which is then needed only for what the computer account may not do itself (`dnsNames`, the deletion of the account).
     */
    declare readonly offlineJoin: pulumi.Output<AdDomainOfflineJoin | undefined>;

    /**
     * Distinguished name of the organizational unit for the computer account.
     * @default the domain's container for new computers
     */
    declare readonly ou: pulumi.Output<string | undefined>;

    /**
     * Name of the computer account, and with the domain's name the gateway's name in DNS, under which Kerberos works.
     * A change replaces the resource: the account is another one.
     * @default the gateway's NetBIOS name
     */
    declare readonly computerName: pulumi.Output<string>;

    /**
     * Further full names under which clients reach the gateway: each gets a service principal name, for Kerberos, and with `dns.register` a record, if its zone is the domain's.
     */
    declare readonly dnsNames: pulumi.Output<string[] | undefined>;

    /**
     * Records in the domain's DNS.
     * @default `{"register":true}`
     */
    declare readonly dns: pulumi.Output<AdDomainDns | undefined>;

    /**
     * Domain controllers to ask first, in this order. Others are found by DNS all the same, when these do not answer.
     * @default those of the gateway's site
     */
    declare readonly servers: pulumi.Output<string[] | undefined>;

    /**
     * Numbers (uid, gid) for accounts of the domain: the first one plus the account's relative id in the domain, or with `idmap.backend: "ad"` those in the directory. It must not overlap local accounts (10000-59999), and an unprivileged container has no number above 65535 unless it is given more. Gateways with the same range give files the same owners.
     * A change is refused: files belong to these numbers: leave it out, or set the current one.
     * @default what is free: 60000-65533 in an unprivileged container, 1000000-1999999 in a privileged one
     */
    declare readonly idRange: pulumi.Output<string>;

    /**
     * Where the numbers of accounts come from.
     * @default `{"backend":"rid"}`
     */
    declare readonly idmap: pulumi.Output<AdDomainIdmap | undefined>;

    /**
     * Take over a computer account of that name which the domain has already. The join gives it another password, so a machine that uses it loses its membership.
     * @default `false`
     */
    declare readonly adopt: pulumi.Output<boolean | undefined>;

    /**
     * Groups of the domain whose users may log in to the gateway, also by way of other groups; nobody else of the domain may, whatever shares grant. Shares grant nothing by it: both must let a user in. Local users log in as before. `AD\name`, or a SID.
     * @default everybody of the domain
     */
    declare readonly allowedGroups: pulumi.Output<string[] | undefined>;

    /**
     * What happens to the computer account at the end.
     * @default `{"deleteAccount":true}`
     */
    declare readonly leave: pulumi.Output<AdDomainLeave | undefined>;

    /**
     * Deadlines of the operations; past them an operation fails with what was under way. Pulumi's own resource option `customTimeouts` is taken for those that are left out here.
     */
    declare readonly timeouts: pulumi.Output<Timeouts | undefined>;

    /**
     * The domain's name for Kerberos.
     */
    declare readonly realm: pulumi.Output<string>;

    /**
     * The forest that the domain is in.
     */
    declare readonly forest: pulumi.Output<string>;

    /**
     * The gateway's full name in DNS, under which Kerberos works.
     */
    declare readonly dnsName: pulumi.Output<string>;

    /**
     * Base of the shares' paths for Kerberos: `\\name`.
     */
    declare readonly unc: pulumi.Output<string>;

    /**
     * Distinguished name of the computer account.
     */
    declare readonly accountDn: pulumi.Output<string>;

    /**
     * Security identifier of the computer account.
     */
    declare readonly accountSid: pulumi.Output<string>;

    /**
     * Security identifier of the domain.
     */
    declare readonly domainSid: pulumi.Output<string>;

    /**
     * Names under which clients get tickets for the gateway.
     */
    declare readonly servicePrincipalNames: pulumi.Output<string[]>;

    /**
     * Addresses that are registered in DNS.
     */
    declare readonly addresses: pulumi.Output<string[]>;

    /**
     * @param name The resource's name in Pulumi.
     */
    constructor(name: string, args: AdDomainArgs, opts?: pulumi.CustomResourceOptions) {
        super(kind, name, args, opts);
    }
}
