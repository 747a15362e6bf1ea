import type { Context } from "../../base/handler";
import type { Log } from "../../base/log";
import type { HostSession } from "../../hosts";
import { asMachine, shortOf, withLogin } from "../../ad";
import type { Login, PrivateCommand, Said } from "../../ad";
import { addressesInDns, dnsLook } from "./look";
import { runPrivately } from "./private-step";
import type { Answers } from "./private-step";
import type { Membership } from "./types";
import { registerUnit } from "./units";

type Ctx = Pick<Context<unknown>, "log" | "deadline">;

/** Addresses that the servers of the zone have for the gateway's own name; undefined: none of them answers. */
export async function registered({ deadline }: Ctx, hostSession: HostSession, member: Membership): Promise<string[] | undefined> {
    return addressesInDns(await hostSession.executor.gather({ commands: [dnsLook(member)] }, deadline));
}

/**
 * Registers all names by the computer account. A record of an earlier account cannot be changed by it: whoever joins removes that, if he
 * may. If he may not, a warning says so: the membership is there all the same.
 */
export async function register(
    ctx: Ctx,
    hostSession: HostSession,
    nonce: string,
    member: Membership,
    { names, addresses, login }: { names: readonly string[]; addresses: readonly string[]; login: (() => Promise<Login>) | undefined },
): Promise<void> {
    const refusal = await tried(ctx, hostSession, nonce);
    if (refusal === undefined) return;
    const who = await login?.().catch(() => undefined);
    if (who !== undefined) {
        const as = (verb: string, name: string, more: readonly string[] = []): PrivateCommand =>
            withLogin(who, member.domain, `${verb} ${name}`, ["dns", verb, ...more.slice(0, 1), name, ...more.slice(1)]);
        const gone = await change(
            ctx,
            hostSession,
            member,
            names.map((name) => as("unregister", name)),
        );
        const removed = Object.values(gone).some((said) => said?.code === 0);
        if (removed && (await tried(ctx, hostSession, nonce)) === undefined) return;
        // A record that was removed keeps its owner for days, in the domain's own bin.
        const again = names.map((name) => as("register", name, ["--force", ...addresses]));
        await change(ctx, hostSession, member, again);
    }
    const found = await registered(ctx, hostSession, member);
    const right = found !== undefined && addresses.every((address) => found.includes(address));
    const words = `the domain does not let the computer account register ${names.join(", ")} in DNS: ${refusal}. An earlier account of that name made the record, and keeps it for some days also when it was removed; let an administrator delete the record`;
    // The membership works all the same; a refresh shows what is not there, and the next run tries again.
    ctx.log.warn(
        right
            ? `AdDomain ${member.domain}: dns: ${words}, and the gateway registers it by itself within a day. Until then it is right, but nobody refreshes it`
            : `AdDomain ${member.domain}: dns: ${words} and make it anew. Until then clients reach the gateway by its address only, without Kerberos`,
    );
}

async function tried({ deadline }: Ctx, hostSession: HostSession, nonce: string): Promise<string | undefined> {
    const { steps } = await hostSession.queue.submit(registerUnit(nonce), deadline);
    const said = steps["register"];
    return said?.code === 0 ? undefined : (said?.stderr ?? "").trim().split("\n").slice(-2).join(" | ") || "no answer";
}

function change({ deadline }: Ctx, hostSession: HostSession, member: Membership, commands: PrivateCommand[]): Promise<Answers> {
    const run = { name: "records", timeout: 120, deadline, key: "domain records", message: "changing records in DNS failed" };
    return runPrivately(hostSession, member, commands, run);
}

/** Removes records by the computer account, which made them. What stays is told, and stops nothing. */
export async function unregister(ctx: Ctx, hostSession: HostSession, member: Membership, names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const answers = await change(ctx, hostSession, member, names.map(unregistering));
    for (const name of names) tellRecord(ctx.log, member.domain, name, answers[name]);
}

export const unregistering = (name: string): PrivateCommand => asMachine(name, ["dns", "unregister", name]);

export function tellRecord(log: Log, domain: string, name: string, said: Said | undefined): void {
    if (said?.code === 0) return;
    log.warn(`AdDomain ${domain}: the records of ${name} in DNS could not be removed: ${shortOf(said)}; delete them there`);
}
