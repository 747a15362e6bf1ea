import type { Context } from "../../../base/handler";
import { readyGateway } from "../../../gateway/session";
import type { Ready } from "../../../gateway/session";
import { dnsNameOf, DOMAIN, parseDnsEntry, parseInfo, parseKept, parseMark, parseProbe, privateAnswers, probeCommand } from "../../../ad";
import type { DomainMark, Entry } from "../../../ad";
import type { GatewayRef } from "../../../model";
import { domainOf } from "../../../model/sid";
import { asksDomain, asksWinbind, FILES, lostInDns, ownAddresses, statusOf } from "../look";
import type { Status } from "../look";
import { examined } from "../preflight";
import { inPrivate } from "../private-step";
import { proofCommands, proofFault } from "../prove";
import { membershipDrift } from "../read";
import type { Membership } from "../types";
import { controllersIn } from "./controllers";
import type { FoundController } from "./controllers";

/** A gateway's membership as it is now. What changes by itself stands here, not in the resource's outputs. */
export interface StatusReport {
    gateway: string;
    /** It is a member, and the domain says so. */
    member: boolean;
    domain?: string;
    workgroup?: string;
    computerName?: string;
    dnsName?: string;
    idRange?: string;
    account?: { dn: string; sid: string; servicePrincipalNames: string[]; passwordChanged?: string };
    /** The controller that winbindd works with, as it says it. */
    controllerInUse?: string;
    controllers: FoundController[];
    /** Seconds that the domain's clock is ahead of the gateway's. */
    clockOffset?: number;
    /** What the servers of the domain's zone have for its name. */
    addresses: string[];
    /** All that is wrong. */
    faults: string[];
}

const PROBE = "domain probe";
const NOW = "domain now";

/** Looks at the gateway and its domain; changes nothing. */
export async function domainStatus(ctx: Context<unknown>, ref: GatewayRef): Promise<StatusReport> {
    const gateway = await readyGateway(ctx, ref);
    const { hostSession } = gateway;
    const look = await hostSession.executor.gather({ files: [...(FILES.files ?? []), `${DOMAIN.entries}/*.json`] }, ctx.deadline);
    const mark = parseMark(look.files[DOMAIN.mark]);
    const none = { gateway: hostSession.name, member: false, controllers: [], addresses: [] };
    if (mark === undefined) return { ...none, faults: ["this gateway was not joined to a domain by AdDomain"] };
    const member: Membership = mark;
    const kept = parseKept(look.files[DOMAIN.kept]);
    const { probe, status, answers } = await asked(ctx, gateway, member, kept?.accountSid);
    const entry = Object.entries(look.files).find(([path]) => path.startsWith(`${DOMAIN.entries}/`))?.[1];
    const registered = parseDnsEntry(entry);
    const known = { ...none, ...namesOf(mark) };
    if (probe === undefined) return { ...known, faults: [`the look at ${mark.domain} failed`] };
    const { findings } = await examined({
        ...{ hostSession, look, probe, known: member, login: undefined, ours: { mark }, deadline: ctx.deadline, log: ctx.log },
        inputs: {
            ...{ domain: mark.domain, adopt: false },
            dns: { register: registered !== undefined, ...(registered === undefined ? {} : { addresses: [...registered.addresses] }) },
        },
    });
    const [, ...further] = registered?.names ?? [];
    const proof = kept?.accountSid === undefined || !status.membership.joined ? undefined : proofFault(answers, member);
    const addresses = ownAddresses(probe)?.sort();
    const faults = [
        ...(mark.phase === "joining" ? ["the join was begun and is not finished; `pulumi up` goes on with it"] : []),
        ...findings.map(({ text }) => text),
        ...membershipDrift({ ...status, ...(proof === undefined ? {} : { trust: undefined }) }, { dnsNames: further }),
        ...(proof === undefined ? [] : [proof]),
        ...(addresses === undefined ? [] : lostInDns(registered?.addresses ?? [], addresses)),
    ];
    const info = parseInfo(answers["info"]?.stdout ?? "");
    const offset = info?.offset ?? probe.info?.offset;
    const inUse = /^\S.*$/m.exec(answers["dc"]?.code === 0 ? (answers["dc"].stdout ?? "") : "")?.[0];
    return {
        ...known,
        member: status.membership.joined,
        ...(status.account === undefined ? {} : { account: accountIn(status.account, info?.passwordChanged) }),
        ...(inUse === undefined ? {} : { controllerInUse: inUse.trim() }),
        controllers: controllersIn(probe),
        ...(offset === undefined ? {} : { clockOffset: offset }),
        addresses: addresses ?? [],
        faults,
    };
}

const namesOf = ({ domain, workgroup, computerName, idRange }: DomainMark) => ({
    ...{ domain, workgroup, computerName, idRange },
    dnsName: dnsNameOf({ domain, computerName }),
});

async function asked(ctx: Context<unknown>, { hostSession }: Ready, member: Membership, accountSid: string | undefined) {
    const { domain, computerName } = member;
    const sids = accountSid === undefined ? undefined : { accountSid, domainSid: domainOf(accountSid) };
    const run = inPrivate(member, [
        ...asksDomain(member),
        { name: "info", argv: ["net", "-s", "{room}/smb.conf", "ads", "info", "--json"], timeout: 20 },
        { name: "dc", argv: ["wbinfo", `--dc-info=${member.workgroup}`], timeout: 20 },
        ...(sids === undefined ? [asksWinbind] : []),
        ...(sids === undefined ? [] : proofCommands(member, sids, { patient: false })),
    ]);
    const commands = [probeCommand(PROBE, { domain, computerName, controllers: true }), { name: NOW, ...run, timeout: 200 }];
    const look = await hostSession.executor.gather({ commands }, ctx.deadline);
    const answers = privateAnswers(look.commands[NOW]?.stdout ?? "");
    const status: Status = statusOf(answers);
    return { probe: parseProbe(look.commands[PROBE]?.stdout ?? ""), status, answers };
}

const accountIn = (entry: Entry, passwordChanged: number | undefined): NonNullable<StatusReport["account"]> => ({
    dn: entry.get("distinguishedname")?.[0] ?? "",
    sid: entry.get("objectsid")?.[0] ?? "",
    servicePrincipalNames: [...(entry.get("serviceprincipalname") ?? [])].sort(),
    ...(passwordChanged === undefined ? {} : { passwordChanged: new Date(passwordChanged * 1000).toISOString() }),
});
