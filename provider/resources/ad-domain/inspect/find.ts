import { PvesmbError } from "../../../base/errors";
import type { Context } from "../../../base/handler";
import { readyGateway } from "../../../gateway/session";
import { groupsOf, isSilent, kindOf, parseGroups, parseResolution, resolving } from "../../../ad";
import type { FoundGroup, Resolution } from "../../../ad";
import type { GatewayRef } from "../../../model";
import { isOfDomain } from "../../../model/principal-name";

/** An account of the domain as a gateway sees it. */
export interface FindReport {
    gateway: string;
    domain: string;
    asked: string;
    found: boolean;
    kind?: "user" | "group";
    sid?: string;
    /** uid of a user, gid of a group; null: no range of ids has room for it, so it has no access. */
    id?: number | null;
    /** As the gateway's system calls it. */
    account?: string | null;
    /** Of a user, also by way of other groups. */
    groups?: FoundGroup[];
    /** Names like the one that was not found. */
    near: string[];
}

/** Asks a gateway's winbind who a name or SID is, as create and update do. */
export async function findAccount(ctx: Context<unknown>, ref: GatewayRef, asked: string): Promise<FindReport> {
    const { hostSession } = await readyGateway(ctx, ref);
    const ask = async (name: string): Promise<Resolution> => {
        const answer = parseResolution(await hostSession.executor.gather(resolving([{ name }]), ctx.deadline));
        if (answer?.domain === null && answer.why !== "down" && answer.why !== "away")
            throw new PvesmbError("NotFound", `${hostSession.name} is a member of no domain`);
        if (answer === undefined || (answer.found[name] === undefined && isSilent(answer)))
            throw new PvesmbError(
                "Unreachable",
                `nobody on ${hostSession.name} can say who ${name} is: ${
                    answer?.domain ? `no controller of ${answer.domain.name} answers` : "its winbind does not answer"
                }`,
            );
        return answer;
    };
    let answer = await ask(asked);
    let name = asked;
    // A bare name is a local account in a program; here somebody of the domain is looked for.
    if (!isOfDomain(asked) && answer.domain !== null) answer = await ask((name = `${answer.domain.name}\\${asked}`));
    const who = answer.found[name];
    const known = { gateway: hostSession.name, domain: answer.domain?.name ?? "", asked, near: answer.near[name] ?? [] };
    if (who === undefined) return { ...known, found: false };
    const kind = kindOf(who);
    const { sid, id, account } = who;
    const groups = kind === "user" ? parseGroups(await hostSession.executor.gather(groupsOf(sid), ctx.deadline)) : undefined;
    return { ...known, found: true, kind, sid, id, account, ...(groups === undefined ? {} : { groups }) };
}
