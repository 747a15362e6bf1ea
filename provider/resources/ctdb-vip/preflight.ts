import { randomBytes } from "node:crypto";
import { asset } from "../../base/asset";
import type { Deadline } from "../../base/deadline";
import { PvesmbError } from "../../base/errors";
import type { Failure } from "../../base/handler";
import { isOurs, lockOwner, ownerOf, parseCoherence, parseMark, parseOccupied } from "../../ctdb";
import type { Cluster, Coherence } from "../../ctdb";
import type { GatherResult } from "../../hosts";
import { SAMBA } from "../../samba/paths";
import type { Facts } from "./look";
import type { Leaver } from "./membership";
import { bareOf } from "../../model/network";
import type { Member } from "./types";

export interface Seen {
    member: Member;
    look: GatherResult;
    facts: Facts;
}

/**
 * Throws all that is wrong with the gateways, before any is touched. `leavers`: have floating addresses still. `probe`: also what takes them
 * together to find out.
 */
export async function refuseUnfit(
    cluster: Cluster,
    seen: readonly Seen[],
    leavers: readonly Leaver[],
    probe: boolean,
    deadline: Deadline,
): Promise<void> {
    const faults = [
        ...seen.flatMap((each) => ownFaults(cluster, each)),
        ...versionFaults(seen),
        ...ownerFaults(cluster, seen),
        ...(await occupied(cluster, seen, leavers, deadline)),
    ];
    if (probe) faults.push(...(await coherence(cluster, seen, deadline)));
    const [first] = faults;
    if (first === undefined) return;
    throw new PvesmbError("InvalidInput", faults.map(({ property, reason }) => `${property}: ${reason}`).join("\n"), {
        property: first.property,
    });
}

const nameOf = ({ member }: Seen): string => member.machine.name;

function ownFaults(cluster: Cluster, seen: Seen): Failure[] {
    const { nodes, addresses } = cluster;
    const { member, facts, look } = seen;
    const [name, own] = [nameOf(seen), nodes[member.number] ?? ""];
    const { mark } = facts;
    const foreign = mark !== undefined && !isOurs(cluster, mark);
    const missing = [...new Set(addresses.map((each) => each.interface))].filter((device) => !facts.interfaces.includes(device));
    return [
        ...(foreign
            ? [{ property: `gateways[${member.number}]`, reason: `${name} is in another cluster; delete that CtdbVip first` }]
            : []),
        ...(facts.addresses.has(own)
            ? []
            : [
                  {
                      property: `privateNetwork.addresses[${member.number}]`,
                      reason: `${name} does not have ${own}; give it to the gateway (\`extraNetworks\`), or correct the order`,
                  },
              ]),
        // 4.17 then listens on the addresses of its start only.
        ...(/^[^\S\n]*bind interfaces only = yes$/m.test(look.files[SAMBA.config] ?? "")
            ? [
                  {
                      property: `gateways[${member.number}]`,
                      reason: `${name} listens on some interfaces only, and would not on floating addresses; leave \`samba.interfaces\` out`,
                  },
              ]
            : []),
        ...missing.map((device) => ({ property: "addresses", reason: `${name} has no interface ${device}` })),
        // An address of the cluster may be there while this one looks.
        ...(mark !== undefined && !foreign
            ? []
            : addresses.flatMap(({ address }, index) =>
                  facts.addresses.has(bareOf(address))
                      ? [{ property: `addresses[${index}].address`, reason: `${bareOf(address)} is ${name}'s own address; use a free one` }]
                      : [],
              )),
    ];
}

/** smbd refuses a gateway with another version, down to Debian's revision. */
function versionFaults(seen: readonly Seen[]): Failure[] {
    const versions = new Set(seen.map(({ facts }) => facts.sambaVersion));
    if (versions.size < 2) return [];
    const each = seen.map((one) => `${nameOf(one)} ${one.facts.sambaVersion || "none"}`).join(", ");
    return [{ property: "gateways", reason: `must have the same Samba: ${each}; upgrade the older ones` }];
}

function ownerFaults(cluster: Cluster, seen: readonly Seen[]): Failure[] {
    const { sharedPath, lock } = cluster;
    const places = [
        { property: "sharedPath", path: ownerOf(sharedPath), what: sharedPath },
        { property: "lock.file", path: lockOwner(lock), what: lock },
    ];
    return places.flatMap(({ property, path, what }) => {
        const owners = seen.map(({ look }) => parseMark(look.files[path]));
        const other = owners.find((owner) => owner !== undefined && !isOurs(cluster, owner));
        return other === undefined
            ? []
            : [
                  {
                      property,
                      reason: `${what} belongs to another cluster (${other.key}); use another one, or delete ${path} if that cluster no longer exists`,
                  },
              ];
    });
}

const OCCUPIED = "cluster conflict";

/** Asks the segment for floating addresses that no gateway of the cluster has. */
async function occupied({ addresses }: Cluster, seen: readonly Seen[], leavers: readonly Leaver[], deadline: Deadline): Promise<Failure[]> {
    const [first] = seen;
    const free = addresses.filter(({ address }) => ![...seen, ...leavers].some(({ facts }) => facts.addresses.has(bareOf(address))));
    const asked = free
        .filter((each) => first?.facts.interfaces.includes(each.interface))
        .map((each) => ({ address: bareOf(each.address), interface: each.interface }));
    if (first === undefined || asked.length === 0) return [];
    const argv = ["python3", "-I", "-c", asset("ctdb/program/occupied.py")];
    const { commands } = await first.member.hostSession.executor.gather(
        { commands: [{ name: OCCUPIED, argv, stdin: JSON.stringify(asked), timeout: 20 }] },
        deadline,
    );
    const answer = commands[OCCUPIED];
    const found = answer?.code === 0 ? parseOccupied(answer.stdout) : undefined;
    if (found === undefined)
        throw new PvesmbError(
            "RemoteFailed",
            `${nameOf(first)}: asking for the floating addresses failed: ${answer === undefined ? "no answer" : said(answer)}`,
        );
    return addresses.flatMap(({ address }, index) => {
        const who = found[bareOf(address)];
        return who === undefined
            ? []
            : [{ property: `addresses[${index}].address`, reason: `${bareOf(address)} is in use by ${who}; use a free address` }];
    });
}

const COHERENCE = "cluster coherence";

/** The end of what a program said that gave no answer of its own. */
const said = ({ stdout, stderr }: { stdout: string; stderr: string }): string =>
    stderr.trim().slice(-500) || stdout.trim().slice(-200) || "it said nothing";

/** Whether what one gateway writes, renames and locks is so for the others. */
async function coherence({ sharedPath, lock }: Cluster, seen: readonly Seen[], deadline: Deadline): Promise<Failure[]> {
    const nonce = randomBytes(8).toString("hex");
    const answers = await Promise.all(
        seen.map(async (each): Promise<Coherence> => {
            const { hostSession, number } = each.member;
            const stdin = JSON.stringify({ directory: sharedPath, lock, nonce, me: number, count: seen.length });
            const argv = ["python3", "-I", "-c", asset("ctdb/program/coherence.py")];
            const { commands } = await hostSession.executor.gather({ commands: [{ name: COHERENCE, argv, stdin, timeout: 40 }] }, deadline);
            const answer = commands[COHERENCE];
            const found = answer?.code === 0 ? parseCoherence(answer.stdout, seen.length) : undefined;
            return found ?? { faults: [["directory", answer === undefined ? "no answer" : said(answer)]] };
        }),
    );
    const told = answers.flatMap(({ faults }, index) =>
        faults.map(([about, why]): Failure => {
            const name = seen[index] === undefined ? "" : nameOf(seen[index]);
            return about === "lock"
                ? {
                      property: "lock.file",
                      reason: `${lock} is no lock between the gateways: ${name}: ${why}; use a file on the file system that they share`,
                  }
                : { property: "sharedPath", reason: `${sharedPath} on ${name}: ${why}` };
        }),
    );
    const apart = answers.flatMap(({ unseen = [] }, index) =>
        unseen.map((other) => `${nameOf(seen[index] as Seen)} does not see what ${nameOf(seen[other] as Seen)} writes`),
    );
    if (apart.length > 0)
        return [
            ...told,
            {
                property: "sharedPath",
                reason: `${sharedPath} is not the same directory on all gateways: ${apart.join(", ")}; give all of them the same directory of a cluster file system (\`data.bind\`)`,
            },
        ];
    const ids = new Set(answers.flatMap(({ file }) => (file === undefined ? [] : [file.join(" ")])));
    if (ids.size > 1)
        told.push({
            property: "sharedPath",
            reason: `a file in ${sharedPath} has another device or inode number on each gateway, by which Samba tells files apart; pvesmb does not offer such file systems yet`,
        });
    return told;
}
