import { createHash } from "node:crypto";
import { ensurePackages } from "../../hosts";
import type { GatherResult, Step, Unit } from "../../hosts";
import { dnsEntryText, dnsProgram, DOMAIN, KRB5_CONF, keptText, markText, NSSWITCH, renderKrb5, withWinbind } from "../../ad";
import type { DnsEntry, DomainMark, KeptIds } from "../../ad";
import { partRemovalSteps, partSteps, partText } from "../../samba/config/part";
import { admissionSteps } from "./admission";
import { awayRemovalSteps, awaySteps } from "./away";
import { domainPart, PART } from "./part";
import type { Membership } from "./types";

const PACKAGES = ["winbind", "libnss-winbind"];

const owned = (claim: string): Step => ({
    do: "owned",
    path: DOMAIN.mark,
    fields: ["key", "nonce"],
    value: claim,
    message: "the gateway is in a domain by another AdDomain, which this one would end; delete that one first",
});

const mark = (content: DomainMark, claim: string): Step[] => [
    owned(claim),
    { do: "write", path: DOMAIN.mark, content: markText(content), mode: "0600" },
];

const key = (nonce: string): string => `domain:${nonce}`;

/** Before the domain is touched: the packages, and the mark that says whose account of that name will be. */
export const beginUnit = (content: DomainMark, claim: string): Unit => ({
    key: key(content.nonce),
    steps: [owned(claim), ...ensurePackages(PACKAGES), ...mark(content, claim)],
});

/** The host as a member: its files, and the entry that keeps it in DNS. What serves by them is started by servedUnit, after the commit. */
export function memberUnit(
    content: DomainMark,
    member: Membership,
    { claim, look, kept, dns }: { claim: string; look: GatherResult; kept: KeptIds & { accountSid: string }; dns: DnsEntry | undefined },
): Unit {
    const krb5 = renderKrb5(member);
    const before = look.files[KRB5_CONF];
    return {
        key: key(content.nonce),
        activates: true,
        steps: [
            ...ensurePackages(PACKAGES),
            ...mark(content, claim),
            { do: "write", path: DOMAIN.kept, content: keptText(kept), mode: "0600" },
            { do: "directory", path: DOMAIN.directory, mode: "0700" },
            ...(before === undefined || before === krb5 || look.files[DOMAIN.krb5Before] !== undefined
                ? []
                : [{ do: "write", path: DOMAIN.krb5Before, content: before, mode: "0644" } as const]),
            { do: "write", path: KRB5_CONF, content: krb5, mode: "0644" },
            { do: "write", path: NSSWITCH, content: withWinbind(look.files[NSSWITCH] ?? "", true), mode: "0644" },
            ...admissionSteps(look, member, kept.accountSid),
            ...awaySteps(member.domain),
            ...partSteps(domainPart(member)),
            ...(dns === undefined ? dnsProgram.remove(content.nonce) : dnsProgram.install(dns.id, dnsEntryText(dns))),
        ],
    };
}

/** Of what winbindd and smbd read at their start only. */
export const servedText = (member: Membership): string =>
    `${createHash("sha256")
        .update(partText(domainPart(member)) + renderKrb5(member) + (member.allowed ?? []).join(" "))
        .digest("hex")}\n`;

/** Starts what serves the membership; again only if its configuration, or `again`: the account, is another one. */
export const servedUnit = (nonce: string, member: Membership, machineSid: string | undefined, again: boolean): Unit => ({
    key: key(nonce),
    steps: [
        { do: "write", id: "served", path: DOMAIN.served, content: servedText(member), mode: "0600" },
        // The machine's own accounts keep their SIDs under another NetBIOS name.
        ...ownSid(machineSid, { ifChanged: "served" }),
        { do: "run", argv: ["systemctl", "enable", "winbind"], unless: ["systemctl", "is-enabled", "--quiet", "winbind"] },
        { do: "run", argv: ["systemctl", "restart", "winbind"], ...(again ? {} : { ifChanged: "served" }) },
        // It takes its role from the start, and sessions have what they got at their login.
        { do: "run", argv: ["systemctl", "restart", "smbd"], ifChanged: "served" },
        { do: "run", argv: ["systemctl", "start", "winbind"], unless: ["systemctl", "is-active", "--quiet", "winbind"] },
        { do: "run", argv: ["systemctl", "start", "smbd"], unless: ["systemctl", "is-active", "--quiet", "smbd"] },
        // It looks for a controller before it answers.
        {
            do: "run",
            argv: ["wbinfo", "--ping"],
            again: [1],
            changes: false,
            message: "winbindd does not answer; `journalctl -u winbind` says why",
        },
    ],
});

const ownSid = (sid: string | undefined, when: { ifChanged?: string } = {}): Step[] =>
    sid === undefined ? [] : [{ do: "run", argv: ["net", "setlocalsid", sid], changes: false, ...when }];

/** Registers the names now, not only in the night. Ends with 1, and says why, when the domain refuses. */
export const registerUnit = (nonce: string): Unit => ({
    key: key(nonce),
    steps: [{ do: "run", id: "register", argv: ["python3", "-I", DOMAIN.program], ok: [0, 1], changes: false, timeout: 200 }],
});

/** The host as it was before the join: a server of its own. `kept`: ids stay reserved, since files have them. */
export function leftUnit(nonce: string, look: GatherResult, kept: KeptIds | undefined): Unit {
    const before = look.files[DOMAIN.krb5Before];
    return {
        key: key(nonce),
        activates: true,
        steps: [
            owned(nonce),
            ...dnsProgram.remove(nonce),
            ...(kept === undefined ? [] : [{ do: "write", path: DOMAIN.kept, content: keptText(kept), mode: "0600" } as const]),
            ...admissionSteps(look),
            ...awayRemovalSteps,
            ...partRemovalSteps(PART),
            ...(look.files[NSSWITCH] === undefined
                ? []
                : [{ do: "write", path: NSSWITCH, content: withWinbind(look.files[NSSWITCH], false), mode: "0644" } as const]),
            before === undefined ? { do: "remove", path: KRB5_CONF } : { do: "write", path: KRB5_CONF, content: before, mode: "0644" },
            { do: "run", argv: ["systemctl", "disable", "--now", "winbind"], onlyIf: ["systemctl", "is-enabled", "--quiet", "winbind"] },
        ],
    };
}

/** After the commit of leftUnit: smbd is a server of its own from its next start on. The mark goes last. */
export const aloneUnit = (nonce: string, machineSid: string | undefined): Unit => ({
    key: key(nonce),
    steps: [
        owned(nonce),
        ...ownSid(machineSid),
        { do: "run", argv: ["systemctl", "restart", "smbd"] },
        { do: "remove", path: DOMAIN.served },
        { do: "remove", path: DOMAIN.krb5Before },
        { do: "remove", path: DOMAIN.mark },
    ],
});
