import type { Connection } from "../../base/connection";
import { isKind, messageOf, PvesmbError } from "../../base/errors";
import type { Log } from "../../base/log";
import type { Host } from "../../hosts";
import { answersAt, neighboursOn } from "../../hosts";
import type { ContainerInputs } from "../../model";
import { configuredAddresses, plain } from "../../proxmox/addresses";
import type { Holders } from "../../proxmox/addresses";
import type { Pve } from "../../proxmox/client/client";
import { net } from "../../proxmox/values/property-string";
import { interfaces, text } from "./config";
import type { GuestConfig } from "./config";
import { nodeHost } from "../reach";

/** A new address for the gateway. */
export interface Wanted {
    property: string;
    address: string;
    index: number;
    bridge: string;
    vlan: number | undefined;
}

/** Address to a description of the machine that answers there; undefined: it could not be checked. */
type Answers = Map<string, string> | undefined;

/** Fixed addresses in the inputs that the guest does not have yet. */
export function newAddresses(inputs: ContainerInputs, config: GuestConfig = {}): Wanted[] {
    const nets = interfaces(inputs);
    const has = new Set(
        Object.keys(config)
            .filter((key) => /^net\d+$/.test(key))
            .flatMap((key) => {
                const { ip, ip6 } = net.parse(text(config, key) ?? "");
                return [ip, ip6].flatMap((each) => (each?.includes("/") ? [plain(each)] : []));
            }),
    );
    return nets.flatMap(({ address, address6, bridge, vlan }, index) => {
        const at = index === 0 ? "network" : `extraNetworks[${index - 1}]`;
        const both = [
            { property: `${at}.address`, address },
            { property: `${at}.address6`, address: address6 },
        ];
        return both
            .filter((each) => each.address.includes("/"))
            .map((each) => ({ ...each, address: plain(each.address), index, bridge, vlan }))
            .filter((each) => !has.has(each.address));
    });
}

/**
 * Throws InvalidInput, naming the holder, if a new address is in use: asks inside the network (on the running gateway, or on the node if
 * commands go there anyway), else connects to it from here, and reads the guests' configurations. Misses machines that answer none of these
 * (docs/decisions/0023).
 */
export async function refuseUsed(
    { pve, connection, node, log }: { pve: Pve; connection: Connection; node: string; log: Log },
    wanted: readonly Wanted[],
    own?: { vmid: number; config: GuestConfig; host: Host | undefined },
): Promise<void> {
    if (wanted.length === 0) return;
    const [holders, answers] = await Promise.all([
        configuredAddresses(pve, own?.vmid),
        Promise.all(wanted.map((each) => ask(pve, connection, node, each, own))),
    ]);
    const faults = wanted.flatMap((each, i) => {
        const by = holders.get(each.address);
        const who = by?.running ? `${by.guest} (${by.key})` : inWords(answers[i]?.get(each.address), holders);
        if (who !== undefined) return [{ ...each, who }];
        if (by !== undefined)
            log.warn(`${each.property}: ${by.guest}, which is stopped, has ${each.address} in its configuration (${by.key}) too`);
        return [];
    });
    const [first] = faults;
    if (first === undefined) return;
    const texts = faults.map(({ property, address, who }) => `${property}: ${address} is in use: ${who} uses it; choose a free address`);
    throw new PvesmbError("InvalidInput", texts.join("\n"), { property: first.property });
}

const MAC = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/;

/** Describes a machine by its MAC address, so that guests with DHCP are named too. */
function inWords(answer: string | undefined, holders: Holders): string | undefined {
    if (answer === undefined || !MAC.test(answer)) return answer;
    const by = holders.get(answer);
    return by === undefined ? `a machine in that network (MAC address ${answer})` : `${by.guest} (${by.key}, ${answer})`;
}

async function ask(
    pve: Pve,
    connection: Connection,
    node: string,
    wanted: Wanted,
    own: { config: GuestConfig; host: Host | undefined } | undefined,
): Promise<Answers> {
    return (await fromWithin(pve, wanted, own)) ?? (await fromNode(pve, connection, node, wanted)) ?? (await fromHere(connection, wanted));
}

/** On the gateway itself, unless its bridge or VLAN changes too. */
async function fromWithin(
    pve: Pve,
    { index, address, bridge, vlan }: Wanted,
    own: { config: GuestConfig; host: Host | undefined } | undefined,
): Promise<Answers> {
    const now = net.parse(text(own?.config ?? {}, `net${index}`) ?? "");
    if (own?.host === undefined || now.bridge !== bridge || now.tag !== vlan) return undefined;
    return tolerant(neighboursOn(own.host, `eth${index}`, [address], pve.deadline.atMost(20_000)));
}

/**
 * On the node, if commands run there anyway or the connection says how to reach it. The wrapper (pvesmb-pct) does not allow this, and a
 * bridge does not see a VLAN's neighbours.
 */
async function fromNode(pve: Pve, connection: Connection, node: string, { address, bridge, vlan }: Wanted): Promise<Answers> {
    const { via, pct, nodes } = connection.ssh;
    const reached = via === "node" ? pct === "pct" : nodes[node] !== undefined;
    if (!reached || vlan !== undefined) return undefined;
    return tolerant(nodeHost(pve, connection, node).then((host) => neighboursOn(host, bridge, [address], pve.deadline.atMost(20_000))));
}

/** From this machine, if commands will go to the guest from here without a jump host. */
async function fromHere({ ssh }: Connection, { address }: Wanted): Promise<Answers> {
    if (ssh.via !== "guest" || ssh.jump !== undefined) return undefined;
    return new Map((await answersAt(address, ssh.port)) ? [[address, `a machine that answers there (port ${ssh.port})`]] : []);
}

async function tolerant(asked: Promise<Answers>): Promise<Answers> {
    return asked.catch((error: unknown) => {
        if (error instanceof PvesmbError) return undefined;
        throw error;
    });
}

/** Turns a failure to reach the gateway at a new address into an error about that address. */
export function unreached(error: unknown, wanted: readonly Wanted[], done: string): unknown {
    const [first] = wanted;
    if (first === undefined || !isKind(error, "HostKeyMismatch", "Conflict", "Unreachable", "Timeout")) return error;
    const where = wanted.map(({ address }) => address).join(", ");
    const why = isKind(error, "HostKeyMismatch", "Conflict")
        ? `another machine answers at ${where}`
        : `the gateway cannot be reached from here at ${where}`;
    return new PvesmbError("Conflict", `${first.property}: ${why}; ${done}. Choose a free address (${messageOf(error)})`, {
        property: first.property,
    });
}
