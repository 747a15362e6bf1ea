import type { Log } from "../base/log";
import { failBack, failOver, testFailover } from "../resources/ctdb-vip/failover";
import type { Move } from "../resources/ctdb-vip/failover";
import { clusterStatus } from "../resources/ctdb-vip/status";
import type { ClusterReport } from "../resources/ctdb-vip/status";
import { commandContext, gatewayNamed } from "./ad-gateway";
import { Misuse, parsedArguments, verbOf } from "./arguments";

export const HA_HELP = `pvesmb ha status|test|failover|failback --gateway WHICH [--json]

Looks at a cluster of a CtdbVip, from one of its gateways, and moves its floating addresses. The connection comes from the environment
(PROXMOX_VE_ENDPOINT, PROXMOX_VE_API_TOKEN, ..., and for SSH PROXMOX_VE_SSH_*, PVESMB_SSH_*).

  status     who is healthy, who has which address, who has the lock, how many sessions each gateway has; changes nothing
  test       moves each floating address to another gateway and back, while a client on this machine connects to it; says how long it could
             not. Sessions on the addresses end: clients connect again
  failover   takes all floating addresses from this gateway, for work on it. It has none until failback, or until \`pulumi up\` undoes that
  failback   lets it have addresses again

  --gateway WHICH   VMID or host name of a gateway's container, or the gateway's id (\`pulumi stack --show-ids\`)
  --json            the result as JSON on one line

Exit codes: 0 all is well; 1 something is wrong, or the gateway could not be looked at; 2 wrong usage.
`;

const VERBS = ["status", "test", "failover", "failback"] as const;
type Verb = (typeof VERBS)[number];
type Report = ClusterReport & { moves?: Move[] };

const WORK: Record<Verb, (...given: Parameters<typeof clusterStatus>) => Promise<Report>> = {
    status: clusterStatus,
    test: testFailover,
    failover: failOver,
    failback: failBack,
};

/** Throws Misuse. */
export function haOptions(args: string[]): { verb: Verb; gateway: string; json: boolean } {
    const { values, positionals } = parsedArguments({
        args,
        allowPositionals: true,
        options: { gateway: { type: "string" }, json: { type: "boolean", default: false } },
    });
    const [verb, ...names] = positionals;
    const known = verbOf(verb, VERBS);
    if (names[0] !== undefined) throw new Misuse(`${known} takes no name: ${JSON.stringify(names[0])}`);
    if (values.gateway === undefined) throw new Misuse("--gateway is missing: VMID or host name of a gateway's container");
    return { verb: known, gateway: values.gateway, json: values.json };
}

export async function ha(args: string[], log: Log): Promise<number> {
    const { verb, gateway, json } = haOptions(args);
    // What handlers tell on the way is no result.
    const ctx = commandContext({ ...log, info: (text) => log.warn(text) });
    const report = await WORK[verb](ctx, await gatewayNamed(ctx, gateway));
    log.info(json ? JSON.stringify(report) : clusterText(report));
    return report.faults.length === 0 ? 0 : 1;
}

const within = (seconds: number | null): string => (seconds === null ? "more than a minute" : `${seconds.toFixed(1)} s`);

export function clusterText({ gateway, nodes, addresses, leader, lock, recovery, faults, moves = [] }: Report): string {
    const counted = (sessions: number | undefined): string =>
        sessions === undefined ? "" : `, ${sessions} ${sessions === 1 ? "session" : "sessions"}`;
    return [
        ...nodes.map(({ number, address, flags, sessions }) => {
            const own = addresses.filter(({ node }) => node === number).map((each) => each.address);
            const state = flags.length === 0 ? "healthy" : flags.join(", ").toLowerCase();
            return `node ${number} (${address}): ${state}${counted(sessions)}${number === leader ? ", has the lock" : ""}${own.length === 0 ? "" : `; ${own.join(", ")}`}`;
        }),
        ...moves.map(
            ({ address, from, to, there, back }) =>
                `${address}: from node ${from} to node ${to} in ${within(there)}, and back in ${within(back)}`,
        ),
        ...(lock === undefined ? [] : [`lock: ${lock}`]),
        ...(recovery === undefined ? [] : [`last recovery: ${recovery.toFixed(1)} s`]),
        ...(faults.length === 0 ? ["nothing is wrong"] : [`wrong, as ${gateway} sees it:`, ...faults.map((text) => `  - ${text}`)]),
    ].join("\n");
}
