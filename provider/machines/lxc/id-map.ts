import * as z from "zod";
import { asset } from "../../base/asset";
import type { Connection } from "../../base/connection";
import type { Deadline } from "../../base/deadline";
import { isKind, PvesmbError } from "../../base/errors";
import { parsed } from "../../base/json";
import type { Log } from "../../base/log";
import type { ExecResult, Host } from "../../hosts";
import { CONTAINER_IDS, FURTHER_FROM, idMapOf, idMapValues, idRuns, LAST_HOST_ID, subordinateLines } from "../../model/id-map";
import type { IdMap } from "../../model/id-map";
import type { Pve } from "../../proxmox/client/client";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import { readConfig, readStatus } from "../../proxmox/lxc/container";
import type { Place } from "../../proxmox/lxc/container";
import { nodeHost } from "../reach";

type Has = Pick<ContainerConfig, "idMap">;

/** The map of a container as an input; undefined: its lines are none that pvesmb writes. */
export function observedIdMap({ idMap }: Has, wanted: IdMap): IdMap | undefined {
    const found = idMapOf(idMap);
    return found === "usual" ? { ...wanted, ids: CONTAINER_IDS } : found;
}

export const foreignMap = ({ idMap }: Has): string =>
    `lxc.idMap: the container's configuration has other lines than pvesmb writes: ${idMap.map((value) => `\`lxc.idmap: ${value}\``).join(", ")}`;

/** No id may get another owner on the node, or none: files belong to it. */
export function refuseOtherMap(wanted: IdMap | undefined, has: Has): void {
    if (wanted === undefined) return;
    const refuse = (property: string, why: string): PvesmbError => new PvesmbError("InvalidInput", `${property}: ${why}`, { property });
    const found = idMapOf(has.idMap);
    if (found === undefined)
        throw refuse("lxc.idMap", `${foreignMap(has).replace(/^lxc\.idMap: /, "")}; widen them by hand, and leave lxc.idMap out`);
    if (found === "usual") return;
    if (found.ids > wanted.ids)
        throw refuse(
            "lxc.idMap.ids",
            `the container has ${found.ids}, and files may belong to any of them: it cannot have fewer; set ids: ${found.ids}`,
        );
    if (found.hostFrom !== wanted.hostFrom)
        throw refuse(
            "lxc.idMap.hostFrom",
            `files on the node belong to ${found.hostFrom} and those that follow; set hostFrom: ${found.hostFrom}`,
        );
}

/** Checks, before a container is made or changed, that nobody else on the node has the ids. */
export async function prepareIdMap(
    pve: Pve,
    connection: Connection,
    wanted: IdMap | undefined,
    { node, vmid, has }: { node: string; vmid?: number; has?: Has },
): Promise<void> {
    refuseOtherMap(wanted, has ?? { idMap: [] });
    if (wanted === undefined || (has !== undefined && hasMap(has, wanted))) return;
    await run(pve, connection, { node, vmid }, wanted);
}

/** Gives the container its map, which counts from its next start. Returns the resulting configuration. */
export async function ensureIdMap(pve: Pve, connection: Connection, place: Place, wanted: IdMap): Promise<ContainerConfig> {
    return pve.exclusively(`guest ${place.vmid}`, async () => {
        const before = await readConfig(pve, place);
        refuseOtherMap(wanted, before);
        const done = hasMap(before, wanted);
        if (done && (await readStatus(pve, place)).running) return before;
        try {
            // Also when the lines are there: the container may have come to a node that does not allow them yet.
            await run(pve, connection, place, wanted, before.idMap);
        } catch (error) {
            // Lines by hand on a node that SSH does not reach: whether it allows them shows at the start.
            if (!done || !isKind(error, "Unreachable", "Denied")) throw error;
        }
        const after = await readConfig(pve, place);
        if (!hasMap(after, wanted))
            throw new PvesmbError(
                "RemoteFailed",
                `CT ${place.vmid}: its configuration does not have the lines of lxc.idmap that were written`,
            );
        return after;
    });
}

const hasMap = (has: Has, { ids, hostFrom }: IdMap): boolean => {
    const found = idMapOf(has.idMap);
    return found !== undefined && found !== "usual" && found.ids === ids && found.hostFrom === hostFrom;
};

const held = z.object({ who: z.string(), first: z.number(), count: z.number() });
type Held = z.infer<typeof held>;
const answer = z.object({ held: z.array(held), lock: z.string().optional(), changed: z.boolean().optional() });

/** `expected`: the values that the configuration has, to be replaced; without it the program only looks. */
async function run(
    pve: Pve,
    connection: Connection,
    { node, vmid }: { node: string; vmid?: number | undefined },
    wanted: IdMap,
    expected?: readonly string[],
): Promise<void> {
    const asked = {
        vmid,
        from: FURTHER_FROM,
        runs: idRuns(wanted),
        values: expected === undefined ? [] : idMapValues(wanted),
        expected: (expected ?? []).map((value) => value.trim().split(/\s+/).join(" ")),
    };
    const { host, code, stdout, stderr } = await onNode(pve, connection, node, JSON.stringify(asked)).catch((error: unknown) => {
        throw unreached(error, node, wanted);
    });
    const said = code === 0 ? parsed(answer, stdout) : undefined;
    if (said === undefined)
        throw new PvesmbError(
            "RemoteFailed",
            `lxc.idMap: the change on ${host} ended with ${code}: ${stderr.trim().split("\n").at(-1) ?? ""}`,
        );
    const taken = takenWords(said.held, wanted, node);
    if (taken !== undefined) throw new PvesmbError("InvalidInput", taken, { property: "lxc.idMap.hostFrom" });
    if (said.lock !== undefined)
        throw new PvesmbError(
            "Busy",
            `CT ${vmid} on ${node} is locked (${said.lock}), so lxc.idMap was not changed; run again when that is done`,
        );
    if (said.changed === true)
        throw new PvesmbError("Conflict", `CT ${vmid} on ${node}: somebody else has changed its lxc.idmap meanwhile; run again`);
}

async function onNode(pve: Pve, connection: Connection, node: string, stdin: string): Promise<ExecResult & { host: string }> {
    const host = await nodeHost(pve, connection, node);
    const argv = ["python3", "-I", "-c", asset("machines/lxc/program/id_map.py")];
    return { host: host.name, ...(await host.exec(argv, { stdin, deadline: pve.deadline })) };
}

const overlaps = ({ first, count }: Held, from: number, size: number): boolean => first < from + size && from < first + count;

/** Who has the wanted ids, and where as many are free. */
export function takenWords(all: readonly Held[], { ids, hostFrom }: IdMap, node: string): string | undefined {
    const size = ids - CONTAINER_IDS;
    const taken = all.filter((each) => overlaps(each, hostFrom, size));
    if (taken.length === 0) return undefined;
    const who = [...new Set(taken.map(({ who, first, count }) => `${who} has ${first}-${first + count - 1}`))];
    const shown = who.length > 5 ? [...who.slice(0, 5), `${who.length - 5} more`] : who;
    const free = [FURTHER_FROM, ...all.map(({ first, count }) => blockFrom(first + count))]
        .sort((one, other) => one - other)
        .find((from) => from >= FURTHER_FROM && from + size - 1 <= LAST_HOST_ID && !all.some((each) => overlaps(each, from, size)));
    return (
        `lxc.idMap.hostFrom: ${hostFrom}-${hostFrom + size - 1} on ${node} would have two owners: ${shown.join(", ")}; ` +
        (free === undefined ? "choose other numbers" : `set hostFrom: ${free}, where ${size} are free`)
    );
}

/** Such as the ranges of subuid begin at: 165536, 231072 and so on. */
const blockFrom = (id: number): number => FURTHER_FROM + Math.max(0, Math.ceil((id - FURTHER_FROM) / CONTAINER_IDS)) * CONTAINER_IDS;

function unreached(error: unknown, node: string, wanted: IdMap): unknown {
    if (!isKind(error, "Unreachable", "Denied", "Timeout")) return error;
    const byHand = `write it by hand: ${subordinateLines(wanted)
        .map((line) => `\`${line}\``)
        .join(" and ")} in /etc/subuid and /etc/subgid of ${node}, ${idMapValues(wanted)
        .map((value) => `\`lxc.idmap: ${value}\``)
        .join(", ")} in the container's configuration`;
    return new PvesmbError(
        error.kind,
        `lxc.idMap: it is set over the node's SSH, as root or with sudo (\`npx pvesmb permissions --feature id-map\` prints the rights), and that does not work: ${error.message}. Make connection.ssh work for ${node}, or ${byHand}`,
        { property: "lxc.idMap", dispatched: false },
    );
}

/**
 * Whether a restart would give the running container its map. True: it is wanted and allowed. Without `allowRestart` it is said, and what needs
 * the ids refuses to go on by itself.
 */
export async function restartForIds(
    host: Host,
    wanted: IdMap | undefined,
    { name, allowRestart }: { name: string; allowRestart: boolean },
    deadline: Deadline,
    log: Log,
): Promise<boolean> {
    if (wanted === undefined) return false;
    const { code, stdout } = await host.exec(["cat", "/proc/self/uid_map"], { deadline });
    const counts = stdout.split("\n").map((line) => Number(/^\s*\d+\s+\d+\s+(\d+)\s*$/.exec(line)?.[1] ?? 0));
    const ids = counts.reduce((sum, count) => sum + count, 0);
    if (code !== 0 || ids >= wanted.ids) return false;
    if (allowRestart) {
        log.info(`restarting ${name} for lxc.idMap`);
        return true;
    }
    log.warn(`${name}: lxc.idMap will take effect at its next restart; set allowRestart: true to let pvesmb restart it`);
    return false;
}
