import { isKind, PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import { scrub } from "../../base/scrub";
import { asset } from "../../base/asset";
import { forgetDomain } from "../../gateway/domain-accounts";
import { remainingGateway } from "../../gateway/session";
import type { HostSession } from "../../hosts";
import { accountSearch, DOMAIN, parseEntries, parseKept, parseMark, realmOf, shortOf, withLogin } from "../../ad";
import type { Login, PrivateCommand, Said } from "../../ad";
import { FACTS_FILE, parseSid } from "../../samba/gateway-unit";
import { leaveLogin } from "./login";
import { FILES } from "./look";
import { namesOf } from "./names";
import { runPrivately } from "./private-step";
import { tellRecord, unregister, unregistering } from "./records";
import { named } from "./types";
import type { DomainState, Membership, Outputs } from "./types";
import { aloneUnit, leftUnit } from "./units";

/** Takes the account out of the domain, then the membership out of the gateway. */
export async function leaveDomain(ctx: Context<Outputs>, id: string, state: DomainState): Promise<void> {
    const gateway = await remainingGateway(ctx, state.gateway);
    if (gateway === undefined)
        return orphaned(ctx, state, " and its records in DNS stay", "the gateway no longer exists, and only it could leave");
    const { hostSession } = gateway;
    const look = await hostSession.executor.gather(FILES, ctx.deadline);
    const mark = parseMark(look.files[DOMAIN.mark]);
    // Another AdDomain has the gateway by now, or nothing of this one is left.
    if (mark?.nonce !== id) return;
    const member: Membership = named(mark);
    const { domain, computerName } = member;
    const login = await leaveLogin(state);
    const names = state.dns.register ? namesOf(member, state.dnsNames) : [];
    if ("none" in login) {
        await unregister(ctx, hostSession, member, names);
        orphaned(ctx, { ...state, domain, computerName }, " stays", login.none);
    } else await takeOut(ctx, hostSession, member, login, { names, deleteAccount: state.leave.deleteAccount });
    const kept = parseKept(look.files[DOMAIN.kept]);
    try {
        const ids =
            kept === undefined
                ? undefined
                : { domain: kept.domain, idRange: kept.idRange, ...(kept.backend === undefined ? {} : { backend: kept.backend }) };
        await hostSession.queue.submit(leftUnit(id, look, ids), ctx.deadline);
        await hostSession.queue.submit({ key: `domain:${id}`, steps: [forgotten(member)] }, ctx.deadline);
        forgetDomain(state.gateway.id);
        await hostSession.queue.submit(aloneUnit(id, parseSid(look.files[FACTS_FILE])), ctx.deadline);
    } catch (error) {
        if (!isKind(error, "Conflict")) throw error;
    }
}

/** Secrets of a membership that `net ads leave` did not remove, because it was not asked or not needed. */
const forgotten = ({ workgroup, domain }: Membership) => ({
    do: "run" as const,
    argv: ["python3", "-I", "-c", asset("ad/program/forget.py"), workgroup.toUpperCase(), realmOf(domain)],
});

/** `stays`: completes the account's name. */
function orphaned({ log }: Context<Outputs>, { computerName, domain, accountDn }: DomainState, stays: string, why: string): void {
    const name = accountDn ?? `the computer account ${computerName ?? ""}`;
    log.warn(
        `AdDomain ${domain}: ${name}${stays} in the domain: ${why}; remove that by hand, as in \`samba-tool computer delete ${computerName ?? ""}\` or "Active Directory Users and Computers"`,
    );
}

/** Records first: afterwards there is no account that may remove them. */
async function takeOut(
    ctx: Context<Outputs>,
    hostSession: HostSession,
    member: Membership,
    login: Login,
    { names, deleteAccount }: { names: readonly string[]; deleteAccount: boolean },
): Promise<void> {
    const { domain, computerName } = member;
    const commands: PrivateCommand[] = [
        { ...withLogin(login, domain, "account", accountSearch(computerName)), must: true },
        ...names.map(unregistering),
        // Of an earlier account, if whoever leaves may remove them; it says nothing if there are none.
        ...names.map((name) => withLogin(login, domain, `${name} again`, ["dns", "unregister", name])),
        withLogin(login, domain, "leave", ["leave", ...(deleteAccount ? [] : ["--keep-account"])], { timeout: 60 }),
    ];
    const run = { name: "leave", timeout: 150, deadline: ctx.deadline, key: "domain leave", message: "leaving the domain failed" };
    const answers = await runPrivately(hostSession, member, commands, run);
    const { account, leave } = answers;
    if (account?.code !== 0) throw failed(`${login.user} cannot log in to ${domain} to remove the computer account`, account);
    const [entry] = parseEntries(account);
    if (entry === undefined) return; // It is gone already, and with it who may remove its records.
    for (const name of names) tellRecord(ctx.log, domain, name, answers[name]?.code === 0 ? answers[name] : answers[`${name} again`]);
    if (leave?.code === 0) return;
    throw failed(`${computerName} could not leave ${domain}`, leave);
}

const failed = (what: string, said: Said | undefined): PvesmbError =>
    new PvesmbError(
        "RemoteFailed",
        scrub(
            `${what}: ${shortOf(said)}; mend that and run again, or remove \`credential\` and \`leave.credential\` with \`pulumi up\` to leave without it`,
        ),
    );
