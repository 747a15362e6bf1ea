import { PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import { parseAddresses, parseRecovery, parseStatus } from "../../ctdb";
import type { Cluster } from "../../ctdb";
import type { Seen } from "./preflight";
import { bareOf } from "../../model/network";
import type { Outputs } from "./types";

const HEALTH = "cluster health";
const SECONDS = 90;

/** Asks until all nodes are healthy and all addresses are on one, and then says what it saw last. */
const WAIT = `end=$(($(date +%s) + $1))
while :; do
    status=$(ctdb -T 5 status -X 2>&1)
    owners=$(ctdb -T 5 ip -X all 2>&1)
    good=$(printf '%s\\n' "$status" | grep -c '^|[0-9]*|[^|]*|[0|]*|[YN]|$')
    there=$(printf '%s\\n' "$owners" | grep -c '^|[^|]*|[0-9]*|$')
    [ "$good" = "$2" ] && [ "$there" = "$3" ] && break
    [ "$(date +%s)" -lt $end ] || break
    sleep 0.3
done
printf '%s\\n\\n%s\\n\\n' "$status" "$owners"
ctdb -T 5 uptime`;

/** Waits until the cluster serves; throws what is wrong with it. Warns when a recovery takes longer than the tunables allow for. */
export async function awaitHealth(ctx: Context<Outputs>, cluster: Cluster, seen: readonly Seen[]): Promise<void> {
    const [first] = seen;
    if (first === undefined) return;
    const { hostSession, machine } = first.member;
    const argv = ["sh", "-c", WAIT, "sh", String(SECONDS), String(seen.length), String(cluster.addresses.length)];
    const { commands } = await hostSession.executor.gather({ commands: [{ name: HEALTH, argv, timeout: SECONDS + 30 }] }, ctx.deadline);
    const [status = "", owners = "", uptime = ""] = (commands[HEALTH]?.stdout ?? "").split("\n\n");
    const nodes = parseStatus(status);
    const names = seen.map(({ member }) => member.machine.name);
    const faults = [
        ...(nodes.length === 0 ? [`CTDB does not answer on ${machine.name}: ${status.trim()}`] : []),
        ...nodes.flatMap(({ number, flags }) =>
            flags.length === 0 ? [] : [`${names[number] ?? number} is ${flags.join(", ").toLowerCase()}`],
        ),
        ...cluster.addresses.flatMap(({ address }) =>
            (parseAddresses(owners).get(bareOf(address)) ?? -1) < 0 ? [`nobody has ${bareOf(address)}`] : [],
        ),
    ];
    if (faults.length > 0)
        throw new PvesmbError(
            "RemoteFailed",
            `the cluster ${cluster.netbiosName} is not healthy after ${SECONDS} s: ${faults.join("; ")}. \`ctdb event status legacy monitor\` and \`journalctl -u ctdb\` on the gateways say why; the next run goes on from here`,
        );
    warnOfRecovery(ctx, cluster, parseRecovery(uptime));
}

export function warnOfRecovery(
    { log }: Pick<Context<Outputs>, "log">,
    { tunables, netbiosName }: Cluster,
    seconds: number | undefined,
): void {
    if (seconds === undefined || 2 * seconds <= tunables.recoveryDropAllIps) return;
    log.warnOnce(
        `recovery ${netbiosName}`,
        `CtdbVip ${netbiosName}: the last recovery took ${seconds.toFixed(1)} s, more than half of tunables.recoveryDropAllIps (${tunables.recoveryDropAllIps} s): raise it, and keepaliveLimit with it`,
    );
}
