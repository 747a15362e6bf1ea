import * as z from "zod";
import { timeouts } from "../common";
import { computerName } from "../computer-name";
import { gatewayRef } from "../connection";
import { domainFault, ID_RANGE, workgroupFault } from "../domain-names";
import { keytabFault } from "../keytab";
import { field, hiddenInputs, named } from "../meta";
import { dnsName, ipAddress } from "../network";
import { blobFault } from "../offline-join";
import { CONTROL } from "../text";
import { parseSid } from "../sid";
import { ticketsFault } from "../tickets";
import { passwordFault, passwordFrom, variableName } from "../user/inputs";

const checkedBy = (fault: (text: string) => string | undefined): z.ZodString =>
    z.string().check((ctx) => {
        const message = fault(ctx.value);
        if (message !== undefined) ctx.issues.push({ code: "custom", message, input: ctx.value });
    });

/** Blanks and letters of all scripts it may have; `%` divides name and password for Samba's tools. */
const loginFault = (text: string): string | undefined =>
    text === "" ||
    text.length > 256 ||
    CONTROL.test(text) ||
    text !== text.trim() ||
    /[%"/[\]:;|=,+*?<>]/.test(text) ||
    text.startsWith("-")
        ? "must be the name of a domain account: joiner, joiner@ad.example.com or AD\\joiner"
        : undefined;

/** Where tickets are read from. */
const ticketsFrom = z.strictObject({
    env: field(variableName().optional(), { description: "An environment variable of the `pulumi` command, with the cache in Base64." }),
    file: field(z.string().min(1).optional(), {
        description: "A credential cache on the machine that runs `pulumi`, as `kinit -c FILE` writes it.",
        examples: ["/tmp/krb5cc_1000"],
    }),
});

/** Where a keytab is read from. */
const keytabFrom = z.strictObject({
    env: field(variableName().optional(), { description: "An environment variable of the `pulumi` command, with the keytab in Base64." }),
    file: field(z.string().min(1).optional(), {
        description: "A keytab on the machine that runs `pulumi`.",
        examples: ["joiner.keytab"],
    }),
});

const account = {
    user: field(checkedBy(loginFault), {
        description: "Account of the domain: `joiner`, `joiner@ad.example.com` or `AD\\joiner`.",
        examples: ["joiner"],
    }),
    password: field(checkedBy((text) => passwordFault(text)).optional(), { description: "Its password. Or `passwordFrom`.", secret: true }),
    passwordFrom: field(passwordFrom.optional(), { description: "Where to read the password from, so that no state holds it." }),
    tickets: field(checkedBy(ticketsFault).optional(), {
        description:
            "Instead of a password: Kerberos tickets of the account, as a credential cache in Base64. They must be valid for as long as a run takes.",
        secret: true,
    }),
    ticketsFrom: field(ticketsFrom.optional(), {
        description: "Where to read the tickets from, as a job in CI has them after `kinit -k`, so that no state holds them.",
    }),
    keytab: field(checkedBy(keytabFault).optional(), {
        description:
            "Instead of a password: a keytab with the account's keys, in Base64. The gateway gets tickets by it, as `kinit -k` does; an account whose password changes needs a new one.",
        secret: true,
    }),
    keytabFrom: field(keytabFrom.optional(), { description: "Where to read the keytab from, so that no state holds it." }),
};

const credential = named(z.strictObject(account), { name: "DomainCredential" });

/** Where a blob is read from. */
const blobFrom = z.strictObject({
    env: field(variableName().optional(), { description: "An environment variable of the `pulumi` command." }),
    file: field(z.string().min(1).optional(), {
        description: "A file on the machine that runs `pulumi`, as `net offlinejoin provision` or djoin wrote it.",
        examples: ["files.blob"],
    }),
});

const offlineJoin = z.strictObject({
    blob: field(checkedBy(blobFault).optional(), { description: "The blob, in Base64. Or `blobFrom`.", secret: true }),
    blobFrom: field(blobFrom.optional(), { description: "Where to read the blob from, so that no state holds it." }),
});

const dns = z.strictObject({
    register: field(z.boolean().default(true), {
        description:
            "Register the gateway's name in the domain's DNS, and again every day: what nobody refreshes is scavenged. It is done by the computer account, which Windows then allows to change the records.",
    }),
    addresses: field(z.array(ipAddress()).min(1).optional(), {
        description: "Addresses to register.",
        defaultText: "the one at which the gateway is reached",
        compare: "set",
    }),
});

const idmap = z.strictObject({
    backend: field(z.enum(["rid", "ad"]).default("rid"), {
        description:
            "`rid`: reckoned from the account's relative id, so that every account has one. `ad`: uidNumber and gidNumber (RFC 2307), as the directory has them; who has none there, or one outside `idRange`, has no access. Groups of `allowedGroups` and the users' primary group (Domain Users) without a gidNumber are refused before the join, and accounts without a number wherever a share, group or quota names them.",
        fixed: "files belong to these numbers",
    }),
});

const leave = z.strictObject({
    credential: field(credential.optional(), {
        description: "Who removes the computer account.",
        defaultText: "`credential`",
    }),
    deleteAccount: field(z.boolean().default(true), {
        description: "Delete the computer account when this resource is deleted; otherwise it stays, disabled.",
    }),
});

/** A group of the gateway's domain: `AD\name`, or a SID. */
const allowedGroup = checkedBy((text) => {
    if (parseSid(text) !== undefined) return undefined;
    return /^[^\\/@"[\]:;|=,+*?<>\p{C}]{1,15}\\[^\\/"[\]:;|=,+*?<>\p{C}]{1,256}$/u.test(text) && text === text.trim()
        ? undefined
        : 'must be a group of the domain such as "AD\\File Users", or a SID';
});

export const inputs = z.strictObject({
    gateway: field(gatewayRef, {
        description: "The gateway it is on: an SmbGateway, or the `ref` of one.",
        replace: "it exists only on that gateway",
    }),
    domain: field(checkedBy(domainFault), {
        description: "The domain's full DNS name.",
        compare: "caseless",
        replace: "another domain has other accounts",
        // The computer account: it must be taken out before the gateway goes.
        outside: true,
        examples: ["ad.example.com"],
    }),
    workgroup: field(checkedBy(workgroupFault).optional(), {
        description: "The domain's NetBIOS name. It is asked of a domain controller; one that is set here is compared with the answer.",
        compare: "caseless",
        defaultText: "what the domain says",
        fixed: "it is the domain's own name: leave it out, or set that",
        chosen: true,
    }),
    credential: field(credential.optional(), {
        description:
            "Who joins: an account that may create computer objects in `ou`. Needed for a join only, also for one that is repaired; without it a broken membership stays broken. A changed password alone changes nothing.",
    }),
    offlineJoin: field(offlineJoin.optional(), {
        description:
            "Join by a computer account that an administrator made before (`net offlinejoin provision`, `djoin /provision`): no credential that may create or delete accounts comes near the gateway. It is looked at before it is used, and the account gets another password right after, so a blob joins once: a rebuilt gateway needs another one. Goes before `credential`, which is then needed only for what the computer account may not do itself (`dnsNames`, the deletion of the account).",
    }),
    ou: field(
        z
            .string()
            .max(1024)
            .refine((text) => !CONTROL.test(text), { error: "must be one line without control characters" })
            .optional(),
        {
            description: "Distinguished name of the organizational unit for the computer account.",
            defaultText: "the domain's container for new computers",
            compare: "caseless",
            effect: { does: "refused, unless the account was moved there in the domain: pvesmb moves none" },
            examples: ["OU=Gateways,DC=ad,DC=example,DC=com"],
        },
    ),
    computerName: field(computerName().optional(), {
        description: "Name of the computer account, and with the domain's name the gateway's name in DNS, under which Kerberos works.",
        defaultText: "the gateway's NetBIOS name",
        compare: "caseless",
        replace: "the account is another one",
        chosen: true,
    }),
    dnsNames: field(z.array(dnsName().regex(/\./, "must be a full name such as files.example.com")).max(16).optional(), {
        description:
            "Further full names under which clients reach the gateway: each gets a service principal name, for Kerberos, and with `dns.register` a record, if its zone is the domain's.",
        compare: "set",
        effect: { does: "service principal names are changed with `credential`" },
        examples: ["archive.ad.example.com"],
    }),
    dns: field(dns.default({ register: true }), { description: "Records in the domain's DNS." }),
    servers: field(z.array(dnsName()).min(1).max(8).optional(), {
        description: "Domain controllers to ask first, in this order. Others are found by DNS all the same, when these do not answer.",
        defaultText: "those of the gateway's site",
        effect: { does: "smbd restarts: open sessions end" },
        examples: ["dc1.ad.example.com"],
    }),
    idRange: field(z.string().regex(ID_RANGE, 'must be a range such as "60000-65533"').optional(), {
        description:
            'Numbers (uid, gid) for accounts of the domain: the first one plus the account\'s relative id in the domain, or with `idmap.backend: "ad"` those in the directory. It must not overlap local accounts (10000-59999), and an unprivileged container has no number above 65535 unless it is given more. Gateways with the same range give files the same owners.',
        defaultText: "what is free: 60000-65533 in an unprivileged container, 1000000-1999999 in a privileged one",
        fixed: "files belong to these numbers: leave it out, or set the current one",
        chosen: true,
    }),
    idmap: field(idmap.default({ backend: "rid" }), { description: "Where the numbers of accounts come from." }),
    adopt: field(z.boolean().default(false), {
        description:
            "Take over a computer account of that name which the domain has already. The join gives it another password, so a machine that uses it loses its membership.",
    }),
    allowedGroups: field(z.array(allowedGroup).min(1).max(64).optional(), {
        description:
            "Groups of the domain whose users may log in to the gateway, also by way of other groups; nobody else of the domain may, whatever shares grant. Shares grant nothing by it: both must let a user in. Local users log in as before. `AD\\name`, or a SID.",
        defaultText: "everybody of the domain",
        compare: "set",
        effect: { does: "smbd restarts: open sessions end" },
    }),
    leave: field(leave.default({ deleteAccount: true }), { description: "What happens to the computer account at the end." }),
    timeouts,
    ...hiddenInputs,
});

export const outputs = z.object({
    realm: field(z.string().optional(), { description: "The domain's name for Kerberos.", always: true }),
    forest: field(z.string().optional(), { description: "The forest that the domain is in.", always: true }),
    dnsName: field(z.string().optional(), { description: "The gateway's full name in DNS, under which Kerberos works.", always: true }),
    unc: field(z.string().optional(), { description: "Base of the shares' paths for Kerberos: `\\\\name`.", always: true }),
    accountDn: field(z.string().optional(), { description: "Distinguished name of the computer account.", always: true }),
    accountSid: field(z.string().optional(), { description: "Security identifier of the computer account.", always: true }),
    domainSid: field(z.string().optional(), { description: "Security identifier of the domain.", always: true }),
    servicePrincipalNames: field(z.array(z.string()).optional(), {
        description: "Names under which clients get tickets for the gateway.",
        always: true,
    }),
    allowedSids: field(z.array(z.string()).optional(), { description: "SIDs of `allowedGroups`.", hidden: true }),
    addresses: field(z.array(z.string()).optional(), { description: "Addresses that are registered in DNS.", always: true }),
});

export type DomainInputs = z.infer<typeof inputs>;
export type DomainOutputs = z.infer<typeof outputs>;
