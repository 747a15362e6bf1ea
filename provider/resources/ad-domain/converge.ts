import { PvesmbError } from "../../base/errors";
import type { ChangeContext } from "../../base/handler";
import { forgetDomain } from "../../gateway/domain-accounts";
import { readyGateway } from "../../gateway/session";
import type { Ready } from "../../gateway/session";
import { dnsNameOf, parentOf, realmOf, sameUnit } from "../../ad";
import type { DomainMark, Entry, KeptIds, Probe } from "../../ad";
import type { DomainInputs } from "../../model";
import { domainOf } from "../../model/sid";
import { FACTS_FILE, parseSid } from "../../samba/gateway-unit";
import { uncOf } from "../../samba/unc";
import { allowedNow } from "./admission";
import { BROKEN } from "./broken";
import { join, rotate } from "./join";
import { joiner, loginOf, namesLogin } from "./login";
import { STATUS, statusCommand, statusIn } from "./look";
import type { Status } from "./look";
import { changeNames, nameChanges, namesOf } from "./names";
import { cleared, controllerFor } from "./preflight";
import { prove } from "./prove";
import { register, unregister } from "./records";
import { lookForJoin } from "./seen";
import { named } from "./types";
import type { DomainState, Membership, Outputs } from "./types";
import { beginUnit, memberUnit, servedUnit } from "./units";

/** Creates, updates, repairs and finishes a membership by the same steps. */
export async function converge(ctx: ChangeContext<Outputs>, id: string, inputs: DomainInputs, before?: DomainState): Promise<Outputs> {
    const gateway = await readyGateway(ctx, inputs.gateway);
    const { hostSession } = gateway;
    const seen = await lookForJoin(ctx, gateway, inputs, before);
    const { mark, kept } = seen;
    /** A killed create left our key, with the nonce of an id that no state has. */
    const claim = mark?.nonce === id ? id : ctx.urn;
    let { forest = before?.forest ?? "" } = seen;
    let member = seen.member;
    let rejoined = false;

    const status = member === undefined ? undefined : await statusOf(ctx, gateway, member);
    const broken = status === undefined ? "this gateway is no member yet" : brokenWords(status, inputs);
    if (member === undefined || broken !== undefined) {
        const login = await joiner(inputs, broken ?? "this gateway is no member yet");
        const ours = { ...(mark === undefined ? {} : { mark }), ...(kept === undefined ? {} : { kept }) };
        const fit = await cleared({ ...seen, hostSession, inputs, login, ours, deadline: ctx.deadline, log: ctx.log });
        ({ member, forest } = fit);
        const begun: DomainMark = { key: ctx.urn, nonce: id, phase: "joining", ...named(member) };
        await hostSession.queue.submit(beginUnit(begun, claim), ctx.deadline);
        const { workgroup, computerName, idRange } = member;
        ctx.checkpoint(id, { ...before, workgroup, computerName, idRange, realm: realmOf(member.domain), forest });
        await join(hostSession, id, fit, { login, ou: inputs.ou, deadline: ctx.deadline });
        rejoined = true;
        ctx.log.info(`joined ${member.domain} as ${member.computerName}`);
    } else if (inputs.offlineJoin !== undefined && mark?.phase === "joining") {
        const server = controllerFor(seen.probe, inputs)?.controller;
        if (server !== undefined) await rotate(hostSession, id, { member, server }, ctx.deadline);
        rejoined = true;
    }
    const { dns } = inputs;
    const addresses = dns.register ? (dns.addresses ?? addressesOf(gateway, seen.probe)) : [];
    let known = accountOf(rejoined || status === undefined ? await knownEverywhere(ctx, gateway, member) : status, member);
    const change = nameChanges(known.servicePrincipalNames, inputs.dnsNames, before?.dnsNames);
    if (change.add.length + change.remove.length > 0) {
        const login = await namesLogin(inputs);
        await changeNames(hostSession, id, member, change, { login, deadline: ctx.deadline });
        known = accountOf(await statusOf(ctx, gateway, member), member);
    }
    const names = namesOf(member, inputs.dnsNames);
    const allowed = await allowedNow(hostSession, member, inputs.allowedGroups, ctx.deadline);
    member = { ...member, ...(allowed === undefined ? {} : { allowed }) };
    const outputs: Outputs = {
        allowedSids: allowed,
        workgroup: member.workgroup,
        computerName: member.computerName,
        idRange: member.idRange,
        realm: realmOf(member.domain),
        forest,
        dnsName: dnsNameOf(member),
        unc: uncOf(dnsNameOf(member)),
        ...known,
        addresses,
    };
    ctx.checkpoint(id, outputs);
    const content: DomainMark = { key: ctx.urn, nonce: id, phase: "joined", ...named(member) };
    const keep: KeptIds & { accountSid: string } = {
        domain: member.domain,
        idRange: member.idRange,
        ...(member.backend === undefined ? {} : { backend: member.backend }),
        computerName: member.computerName,
        accountSid: known.accountSid,
    };
    const entry = dns.register ? { id, key: ctx.urn, names, addresses } : undefined;
    const found = { claim, look: seen.look, kept: keep, dns: entry };
    await hostSession.queue.submit(memberUnit(content, member, found), ctx.deadline);
    const machineSid = parseSid(seen.look.files[FACTS_FILE]);
    await hostSession.queue.submit(servedUnit(id, member, machineSid, rejoined), ctx.deadline);
    await unregister(ctx, hostSession, member, formerNames(before, member, names, dns.register));
    if (dns.register) {
        const { credential } = inputs;
        const login = credential === undefined ? undefined : () => loginOf(credential, "credential");
        await register(ctx, hostSession, id, member, { names, addresses, login });
    }
    forgetDomain(inputs.gateway.id);
    await prove(hostSession, member, known, ctx.deadline);
    return outputs;
}

/** Names whose records are to go: those that were given up, or all. */
function formerNames(before: DomainState | undefined, member: Membership, names: readonly string[], register: boolean): string[] {
    if (before?.addresses === undefined || before.addresses.length === 0) return [];
    return namesOf(member, before.dnsNames).filter((name) => !register || !names.includes(name));
}

async function statusOf(ctx: ChangeContext<Outputs>, { hostSession }: Ready, member: Membership): Promise<Status> {
    const found = await hostSession.executor.gather({ commands: [statusCommand(member)] }, ctx.deadline);
    return statusIn(found.commands[STATUS]?.stdout ?? "");
}

/** Controllers tell each other of a new account, or of its new password, within seconds; the one that is asked next may not know yet. */
async function knownEverywhere(ctx: ChangeContext<Outputs>, gateway: Ready, member: Membership): Promise<Status> {
    for (const pause of [500, 1000, 2000, 4000, 8000, 15_000]) {
        const status = await statusOf(ctx, gateway, member);
        if (status.account !== undefined) return status;
        await ctx.deadline.sleep(pause);
    }
    return statusOf(ctx, gateway, member);
}

/** Why a join is needed; undefined: the membership holds. Throws when nobody can tell. */
function brokenWords({ membership, account }: Status, { domain, ou }: DomainInputs): string | undefined {
    if (membership.joined) return refuseMove(account, ou);
    const { failure, text } = membership;
    const broken = BROKEN[failure];
    if (broken !== undefined) return broken;
    throw new PvesmbError(
        failure === "unreachable" ? "Unreachable" : "RemoteFailed",
        `the membership in ${domain} cannot be looked at: ${text}; run again when the domain answers`,
    );
}

/** `net ads join` leaves an account where it is (seen with 4.17), and nothing else of Samba's moves one from a member. */
function refuseMove(account: Entry | undefined, ou: string | undefined): undefined {
    const dn = account?.get("distinguishedname")?.[0];
    if (ou === undefined || dn === undefined) return;
    if (!sameUnit(parentOf(dn), ou))
        throw new PvesmbError(
            "InvalidInput",
            `ou: the account is in ${parentOf(dn)}, and pvesmb moves none: move it to ${ou} in the domain, or set ou to where it is`,
            { property: "ou" },
        );
}

const addressesOf = ({ machine }: Ready, { addresses }: Probe): string[] =>
    machine.address !== undefined && addresses.includes(machine.address) ? [machine.address] : addresses.slice(0, 1);

function accountOf({ account, membership }: Status, member: Membership) {
    const accountSid = account?.get("objectsid")?.[0];
    if (account === undefined || accountSid === undefined)
        throw new PvesmbError(
            "RemoteFailed",
            `the computer account ${member.computerName} cannot read itself in ${member.domain}${membership.joined ? "" : `: ${membership.text}`}; run again, a new account may not have reached all controllers yet`,
        );
    return {
        accountSid,
        accountDn: account.get("distinguishedname")?.[0],
        domainSid: domainOf(accountSid),
        servicePrincipalNames: [...(account.get("serviceprincipalname") ?? [])].sort(),
    };
}
