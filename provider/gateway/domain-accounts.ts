import type { Context } from "../base/handler";
import { RoundQueue } from "../base/round-queue";
import { perSession } from "../base/session";
import { isSilent, judge } from "../ad/judgement";
import type { Named } from "../ad/judgement";
import { parseResolution, resolving } from "../ad/resolution";
import type { AskedName, Resolution } from "../ad/resolution";
import { within } from "../hosts";
import { accountFor } from "../model/domain-accounts";
import type { DomainAccount } from "../model/domain-accounts";
import { isOfDomain } from "../model/principal-name";
import type { Ready } from "./session";

interface Asking {
    names: AskedName[];
    ask: (names: AskedName[]) => Promise<Resolution | undefined>;
    resolve: (answer: Resolution | undefined) => void;
    reject: (error: unknown) => void;
}

/** What is known of one gateway's domain in this session: names that were found stay what they are. */
interface Desk {
    rounds: RoundQueue<Asking>;
    found: Resolution["found"];
    domain: Resolution["domain"];
    /** An answer of nobody: asking again would take as long again. */
    silence?: { answer: Resolution | undefined; until: number };
}

/** How long nobody is asked again after an answer of nobody, in milliseconds: of 50 shares one waits for a dead controller. */
const SILENCE_MS = 60_000;

const desks = perSession(() => new Map<string, Desk>());

/** After the gateway (its id) joined or left a domain. */
export function forgetDomain(gateway: string): void {
    desks().delete(gateway);
}

function deskOf(gateway: string): Desk {
    let desk = desks().get(gateway);
    if (desk === undefined) {
        const made: Desk = {
            rounds: new RoundQueue({
                run: (round) => answered(made, round),
                failed: (round, error) => round.forEach(({ reject }) => reject(error)),
            }),
            found: {},
            domain: null,
        };
        desks().set(gateway, (desk = made));
    }
    return desk;
}

/** One look for all names of a round that no look before has found. */
async function answered(desk: Desk, round: Asking[]): Promise<() => void> {
    const names = new Map(round.flatMap((each) => each.names).map((asked) => [asked.name, asked]));
    const open = [...names.values()].filter(({ name }) => desk.found[name] === undefined);
    const [first] = round;
    if (open.length === 0 || first === undefined) {
        const answer = { domain: desk.domain, why: null, reachable: true, found: desk.found, near: {}, renamed: {} };
        return () => round.forEach(({ resolve }) => resolve(answer));
    }
    const answer = desk.silence !== undefined && Date.now() < desk.silence.until ? desk.silence.answer : await heard(desk, first.ask(open));
    return () => round.forEach(({ resolve }) => resolve(answer && { ...answer, found: desk.found }));
}

async function heard(desk: Desk, asking: Promise<Resolution | undefined>): Promise<Resolution | undefined> {
    const answer = await asking;
    if (isSilent(answer)) desk.silence = { answer, until: Date.now() + SILENCE_MS };
    else delete desk.silence;
    Object.assign(desk.found, answer?.found);
    desk.domain = answer?.domain ?? desk.domain;
    return answer;
}

/**
 * The domain's accounts that a resource names, resolved on the gateway; undefined if it names local ones only, which costs nothing. What is
 * asked for at the same time shares a look, whatever resource asks. Without a controller, what was resolved `before` stays.
 */
export async function resolveAccounts(
    ctx: Context<unknown>,
    gatewayId: string,
    { hostSession }: Ready,
    named: readonly Named[],
    before: readonly DomainAccount[] | undefined,
): Promise<DomainAccount[] | undefined> {
    const ofDomain = named.filter(({ name }) => isOfDomain(name));
    if (ofDomain.length === 0) return undefined;
    const asked = ofDomain.map(({ name }): AskedName => ({ name, before: accountFor(before, name)?.sid }));
    const answer = await within(
        ctx.deadline,
        `asking ${hostSession.name} who the domain's accounts are`,
        new Promise<Resolution | undefined>((resolve, reject) => {
            // All who wait share the look, so it has its own deadline.
            const deadline = ctx.deadline.detached(LOOK_MS);
            const ask = async (names: AskedName[]): Promise<Resolution | undefined> =>
                parseResolution(await hostSession.executor.gather(resolving(names), deadline));
            deskOf(gatewayId).rounds.add({ names: asked, ask, resolve, reject });
        }),
        { dispatched: false },
    );
    const { accounts, kept } = judge(hostSession.name, ofDomain, answer, before);
    if (kept.length > 0)
        ctx.log.warnOnce(
            `domain away ${gatewayId}`,
            `${hostSession.name}: no domain controller can be asked at the moment; accounts of the domain stay as they were resolved before (first of them ${kept[0]})`,
        );
    return accounts;
}

const LOOK_MS = 120_000;
