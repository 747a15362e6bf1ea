import type { Context, Observed } from "../../base/handler";
import { lookAt } from "../../gateway/look";
import type { GatherResult } from "../../hosts";
import {
    dnsEntryText,
    dnsProgram,
    DOMAIN,
    KRB5_CONF,
    lastLine,
    markText,
    NSSWITCH,
    parentOf,
    parseMark,
    renderKrb5,
    sameUnit,
    withoutWinbind,
} from "../../ad";
import type { DomainMark } from "../../ad";
import type { DomainInputs } from "../../model";
import { partDrift } from "../../samba/config/part";
import { textDrift } from "../../samba/drift";
import { admissionDrift } from "./admission";
import { awayDrift } from "./away";
import { BROKEN } from "./broken";
import { addressesInDns, dnsLook, FILES, lostInDns, STATUS, statusCommand, statusIn } from "./look";
import type { Status } from "./look";
import { domainPart } from "./part";
import { AES_ONLY } from "./prove";
import { nameChanges, namesOf } from "./names";
import { backendOf, named } from "./types";
import type { DomainState, Membership, Outputs } from "./types";

type Read = { inputs: Observed<DomainInputs>; state: Outputs } | undefined;

/** Never joins. Undefined when the gateway is gone, or is in a domain by another AdDomain. */
export async function readDomain(ctx: Context<Outputs>, id: string, state: DomainState): Promise<Read> {
    const { domain, workgroup, computerName, idRange, servers } = state;
    const began = workgroup !== undefined && computerName !== undefined && idRange !== undefined;
    const allowed = state.allowedGroups === undefined ? {} : { allowed: state.allowedSids ?? [] };
    const backend = backendOf(state);
    const member: Membership | undefined = began ? { domain, workgroup, computerName, idRange, backend, servers, ...allowed } : undefined;
    const commands = member === undefined ? [] : [statusCommand(member), dnsLook(member)];
    const seen = await lookAt(ctx, state.gateway, { ...FILES, commands: [...(FILES.commands ?? []), ...commands] });
    if (seen === "gone") return undefined;
    if ("away" in seen) return { inputs: { drift: state.drift }, state };
    const mark = parseMark(seen.look.files[DOMAIN.mark]);
    if (mark?.nonce !== id || member === undefined) return undefined;

    const status = statusIn(seen.look.commands[STATUS]?.stdout ?? "");
    const drift = filesDrift(seen.look, mark, member, id, state);
    if (isAway(status)) {
        ctx.log.warnOnce(
            `domain away ${state.gateway.id}`,
            `${domain} does not answer ${seen.gateway.hostSession.name} (${status.membership.joined ? "" : lastLine(status.membership.text)}); what it has of the gateway is assumed to be unchanged, and local users work as before`,
        );
        return { inputs: { urn: mark.key, drift: [...drift, ...domainsOwn(state.drift)] }, state };
    }
    drift.push(...membershipDrift(status, state), ...namesDrift(seen.look, state));
    const dn = status.account?.get("distinguishedname")?.[0];
    return {
        inputs: { ...(state.ou === undefined || dn === undefined ? {} : { ou: observedUnit(dn, state.ou) }), urn: mark.key, drift },
        state: { ...state, ...(dn === undefined ? {} : { accountDn: dn }) },
    };
}

const isAway = ({ membership }: Status): boolean =>
    !membership.joined && ["unreachable", "no-such-domain", "other"].includes(membership.failure);

/** What an earlier read said of the domain itself. */
const domainsOwn = (drift: readonly string[] | undefined): string[] =>
    (drift ?? []).filter((text) => text.startsWith("membership") || text.startsWith("dns"));

function filesDrift(
    look: GatherResult,
    mark: DomainMark,
    member: Membership,
    id: string,
    { dns, addresses = [], dnsNames, accountSid = "" }: DomainState,
): string[] {
    const wanted: DomainMark = { key: mark.key, nonce: id, phase: "joined", ...named(member) };
    const missing = withoutWinbind(look.files[NSSWITCH] ?? "");
    const entry = dnsEntryText({ id, key: mark.key, names: namesOf(member, dnsNames), addresses });
    return [
        ...textDrift(DOMAIN.mark, markText(wanted), look.files[DOMAIN.mark]),
        ...partDrift(domainPart(member), look),
        ...textDrift(KRB5_CONF, renderKrb5(member), look.files[KRB5_CONF]),
        ...admissionDrift(look, member, accountSid),
        ...awayDrift(look, member.domain),
        ...(missing.length === 0 ? [] : [`${NSSWITCH}: ${missing.join(" and ")} without winbind`]),
        ...(dns.register ? dnsProgram.faults(look, id, entry) : []),
    ];
}

export function membershipDrift({ membership, account, trust }: Status, { dnsNames }: Pick<DomainState, "dnsNames">): string[] {
    if (!membership.joined)
        return [`membership: ${BROKEN[membership.failure] ?? lastLine(membership.text)}; \`pulumi up\` joins again with \`credential\``];
    const types = account?.get("msds-supportedencryptiontypes")?.[0];
    const { add } = nameChanges(account?.get("serviceprincipalname") ?? [], dnsNames);
    return [
        ...(account === undefined ? [] : add.map((name) => `dnsNames: the account has no service principal name ${name}`)),
        ...(types === undefined || types === String(AES_ONLY)
            ? []
            : [`membership: the account takes encryption types ${types} instead of ${AES_ONLY} (AES only)`]),
        ...(trust === undefined ? [] : [`membership: winbindd does not work: ${lastLine(trust)}`]),
    ];
}

/** A record counts as lost when no nameserver that answers has it. */
function namesDrift(look: GatherResult, { addresses = [] }: DomainState): string[] {
    const found = addressesInDns(look);
    if (found === undefined) return [];
    const foreign = addresses.length === 0 ? [] : found.filter((address) => !addresses.includes(address));
    return [...lostInDns(addresses, found), ...(foreign.length === 0 ? [] : [`dns: ${foreign.join(", ")} is registered, too`])];
}

/** In the program's spelling when it is the same place. */
function observedUnit(dn: string, declared: string): string {
    const parent = parentOf(dn);
    return sameUnit(parent, declared) ? declared : parent;
}
