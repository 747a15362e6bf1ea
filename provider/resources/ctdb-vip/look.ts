import {
    CHECK_LOOK,
    clusterFiles,
    CTDB,
    ctdb,
    lockOwner,
    outOfStep,
    ownerOf,
    parseInterfaces,
    parseMark,
    saidOf,
    WATCH_SERVICE,
} from "../../ctdb";
import type { Cluster, ClusterMark } from "../../ctdb";
import type { Gather, GatherResult } from "../../hosts";
import { partPath } from "../../samba/config/part";
import { FACTS_FILE } from "../../samba/gateway-unit";
import { SAMBA } from "../../samba/paths";
import { clusterPart, detachedPart } from "./part";

const INTERFACES = "cluster interfaces";
const VERSION = "cluster version";
const STATUS = "cluster status";
const OWNERS = "cluster addresses";
const VARIABLES = "cluster variables";
const LOCK = "cluster lock";
const UPTIME = "cluster uptime";
const SERVICES = "cluster services";

export const SERVICE_NAMES = ["ctdb", "smbd", WATCH_SERVICE] as const;

/** What a gateway has of the cluster. */
export const lookOf = (cluster: Cluster): Gather => ({
    files: [
        CTDB.mark,
        ...clusterFiles(cluster).map(({ path }) => path),
        ownerOf(cluster.sharedPath),
        lockOwner(cluster.lock),
        partPath(clusterPart(cluster).owner),
        partPath(detachedPart.owner),
        FACTS_FILE,
        SAMBA.config,
    ],
    commands: [
        { name: INTERFACES, argv: ["ip", "-json", "address"] },
        { name: VERSION, argv: ["dpkg-query", "-W", "-f", "${Version}", "samba"] },
        ctdb(STATUS, "status", "-X"),
        ctdb(OWNERS, "ip", "-X", "all"),
        ctdb(VARIABLES, "listvars"),
        ctdb(LOCK, "getreclock"),
        ctdb(UPTIME, "uptime"),
        { name: SERVICES, argv: ["systemctl", "is-active", ...SERVICE_NAMES] },
        ...(CHECK_LOOK.commands ?? []),
    ],
});

export interface Facts {
    mark: ClusterMark | undefined;
    sambaVersion: string;
    /** Interface by each IPv4 address that it has. */
    addresses: Map<string, string>;
    interfaces: string[];
    /** Answers of `ctdb`; undefined: it does not run. */
    status?: string;
    owners?: string;
    variables?: string;
    lock?: string;
    uptime?: string;
    /** What is declared on the cluster and otherwise here, in words. */
    behind: string[];
    /** Of SERVICE_NAMES, those that run. */
    running: string[];
}

export function factsIn(look: GatherResult): Facts {
    const said = (name: string): string | undefined => saidOf(look, name);
    const links = parseInterfaces(said(INTERFACES));
    const states = (look.commands[SERVICES]?.stdout ?? "").split("\n");
    const answers = {
        status: said(STATUS),
        owners: said(OWNERS),
        variables: said(VARIABLES),
        lock: said(LOCK)?.trim(),
        uptime: said(UPTIME),
    };
    return {
        mark: parseMark(look.files[CTDB.mark]),
        sambaVersion: said(VERSION) ?? "",
        interfaces: links?.names ?? [],
        addresses: links?.addresses ?? new Map<string, string>(),
        ...(Object.fromEntries(Object.entries(answers).filter(([, answer]) => answer !== undefined)) as Partial<Facts>),
        behind: outOfStep(look),
        running: SERVICE_NAMES.filter((_, index) => states[index] === "active"),
    };
}
