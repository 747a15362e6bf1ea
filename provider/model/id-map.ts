import type { Failure } from "../base/handler";

/** Unprivileged containers have this many ids (uids and gids) unless `lxc.idmap` says otherwise (docs/facts/pve-api.md 3.3). */
export const CONTAINER_IDS = 65_536;

/** The node's id that is a container's 0: /etc/subuid as Debian's installer and Proxmox VE leave it has root:100000:65536. */
const FIRST_HOST_ID = 100_000;

/** Behind the node's ids that every unprivileged container has. */
export const FURTHER_FROM = FIRST_HOST_ID + CONTAINER_IDS;

/** uid_t -1 means "none". */
export const LAST_HOST_ID = 0xffff_fffe;

/** How many ids a container has, and which of the node are those above 65535. */
export interface IdMap {
    ids: number;
    hostFrom: number;
}

/** Ids of a container from `at` on, and the node's ids that they are. */
export interface IdRun {
    at: number;
    host: number;
    count: number;
}

/**
 * The first ids are those that every container has, so that files keep their owners; the others follow in a run of their own, since newuidmap
 * wants each run within one line of subuid.
 */
export const idRuns = ({ ids, hostFrom }: IdMap): IdRun[] => [
    { at: 0, host: FIRST_HOST_ID, count: CONTAINER_IDS },
    { at: CONTAINER_IDS, host: hostFrom, count: ids - CONTAINER_IDS },
];

/** Values of `lxc.idmap`, all of them: Proxmox VE leaves its own map out as soon as there is one. */
export const idMapValues = (map: IdMap): string[] =>
    idRuns(map).flatMap(({ at, host, count }) => ["u", "g"].map((kind) => `${kind} ${at} ${host} ${count}`));

/** Lines of /etc/subuid and /etc/subgid that allow it. */
export const subordinateLines = (map: IdMap): string[] => idRuns(map).map(({ host, count }) => `root:${host}:${count}`);

/** The least number of ids that holds this one. */
export const idsFor = (highest: number): number => Math.ceil((highest + 1) / CONTAINER_IDS) * CONTAINER_IDS;

/** A map as a configuration has it: `usual` without lines of its own, undefined if pvesmb could not have written it. */
export function idMapOf(values: readonly string[]): IdMap | "usual" | undefined {
    if (values.length === 0) return "usual";
    const [users, groups] = ["u", "g"].map((kind) => joinedRuns(values, kind));
    if (users === undefined || groups === undefined || JSON.stringify(users) !== JSON.stringify(groups)) return undefined;
    const [first, second, ...more] = users;
    if (more.length > 0 || first?.at !== 0 || first.host !== FIRST_HOST_ID || first.count < CONTAINER_IDS) return undefined;
    if (second === undefined) return first.count === CONTAINER_IDS ? "usual" : { ids: first.count, hostFrom: FURTHER_FROM };
    if (first.count !== CONTAINER_IDS || second.at !== CONTAINER_IDS) return undefined;
    return { ids: CONTAINER_IDS + second.count, hostFrom: second.host };
}

/** In order, what continues another run joined to it; undefined if a value is none. */
function joinedRuns(values: readonly string[], kind: string): IdRun[] | undefined {
    const runs: IdRun[] = [];
    for (const value of values) {
        const [, of, at, host, count] = /^\s*([ugb])\s+(\d+)\s+(\d+)\s+(\d+)\s*$/.exec(value) ?? [];
        if (of === undefined) return undefined;
        if (of === kind || of === "b") runs.push({ at: Number(at), host: Number(host), count: Number(count) });
    }
    return runs
        .sort((one, other) => one.at - other.at)
        .reduce<IdRun[]>((all, run) => {
            const last = all.at(-1);
            if (last !== undefined && last.at + last.count === run.at && last.host + last.count === run.host) last.count += run.count;
            else all.push({ ...run });
            return all;
        }, []);
}

/** What no container may be given. */
export function idMapFaults({ ids, hostFrom }: IdMap, property: string): Failure[] {
    const last = hostFrom + ids - CONTAINER_IDS - 1;
    return last <= LAST_HOST_ID
        ? []
        : [
              {
                  property: `${property}.hostFrom`,
                  reason: `with ${ids} ids the last one would be ${last} of the node, which has ${LAST_HOST_ID} at most`,
              },
          ];
}
