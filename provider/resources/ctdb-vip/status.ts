import type { Context } from "../../base/handler";
import { CTDB, ctdb, parseAddresses, parseLeader, parseMark, parseRecovery, parseStatus, saidOf } from "../../ctdb";
import { readyGateway } from "../../gateway/session";
import type { Gather, GatherResult } from "../../hosts";
import type { GatewayRef } from "../../model";
import { sessionsByNode } from "../../samba/sessions";

/** A cluster as one of its gateways sees it now. What changes by itself stands here, not in the resource's outputs. */
export interface ClusterReport {
    /** Who was asked. */
    gateway: string;
    /** It belongs to a CtdbVip. */
    member: boolean;
    /** The number of the gateway that was asked. */
    self?: number;
    /** `flags`: what is the matter with a gateway. `sessions`: of clients; absent when nobody could count them. */
    nodes: { number: number; address: string; flags: string[]; sessions?: number }[];
    /** `node`: the gateway that has the address; null: none. */
    addresses: { address: string; node: number | null }[];
    /** The gateway with the lock. */
    leader?: number;
    lock?: string;
    /** How long the last recovery took, in seconds. */
    recovery?: number;
    /** All that is wrong. */
    faults: string[];
}

const ASKED: Gather = {
    files: [CTDB.mark],
    commands: [
        ctdb("nodes", "status", "-X"),
        ctdb("status", "status"),
        ctdb("addresses", "ip", "-X", "all"),
        ctdb("lock", "getreclock"),
        ctdb("uptime", "uptime"),
        { name: "sessions", argv: ["smbstatus", "--json"], timeout: 10 },
    ],
};

/** Looks at a gateway of a cluster; changes nothing. */
export async function clusterStatus(ctx: Context<unknown>, ref: GatewayRef): Promise<ClusterReport> {
    const { hostSession } = await readyGateway(ctx, ref);
    return reportOf(hostSession.name, await hostSession.executor.gather(ASKED, ctx.deadline));
}

export function reportOf(gateway: string, look: Pick<GatherResult, "files" | "commands">): ClusterReport {
    const none = { gateway, nodes: [], addresses: [] };
    if (parseMark(look.files[CTDB.mark]) === undefined)
        return { ...none, member: false, faults: ["the gateway is in no cluster by a CtdbVip"] };
    const said = (name: string): string | undefined => saidOf(look, name);
    const nodes = parseStatus(said("nodes") ?? "");
    if (nodes.length === 0)
        return { ...none, member: true, faults: ["CTDB does not answer on the gateway; `journalctl -u ctdb` there says why"] };
    const counted = said("sessions");
    const sessions = counted === undefined ? undefined : sessionsByNode(counted);
    const self = nodes.find((each) => each.self)?.number;
    const addresses = [...parseAddresses(said("addresses") ?? "")].map(([address, node]) => ({ address, node: node < 0 ? null : node }));
    const leader = parseLeader(said("status") ?? "");
    const lock = said("lock")?.trim();
    const recovery = parseRecovery(said("uptime") ?? "");
    return {
        gateway,
        member: true,
        ...(self === undefined ? {} : { self }),
        nodes: nodes.map(({ number, address, flags }) => ({
            ...{ number, address, flags },
            ...(sessions === undefined ? {} : { sessions: sessions.get(number) ?? 0 }),
        })),
        addresses,
        ...(leader === undefined ? {} : { leader }),
        ...(lock === undefined ? {} : { lock }),
        ...(recovery === undefined ? {} : { recovery }),
        faults: [
            ...nodes.flatMap(({ number, address, flags }) =>
                flags.length === 0 ? [] : [`node ${number} (${address}) is ${flags.join(", ").toLowerCase()}`],
            ),
            ...addresses.flatMap(({ address, node }) => (node === null ? [`nobody has ${address}`] : [])),
            ...(leader === undefined ? ["no node leads: none has the lock"] : []),
            ...(lock === "" ? ["CTDB works without a lock"] : []),
        ],
    };
}
