import {
    aloneScript,
    clusterFiles,
    CTDB,
    formScript,
    left,
    lockOwner,
    markText,
    ownerOf,
    repaired,
    stateOf,
    tunableValues,
    turnsOf,
    WATCH_SERVICE,
} from "../../ctdb";
import type { Cluster, ClusterMark } from "../../ctdb";
import { ensurePackages } from "../../hosts";
import type { Step, Unit } from "../../hosts";
import { partRemovalSteps, partSteps, partText } from "../../samba/config/part";
import { clusterPart, detachedPart } from "./part";

/** Of these, Debian's ctdb only recommends or does not mention ethtool and iptables, without which no address is taken over. */
const PACKAGES = ["ctdb", "ethtool", "iptables", "nftables"];

const key = (nonce: string): string => `cluster:${nonce}`;

const owned = ({ nonce }: Pick<Cluster, "nonce">, path: string, claim = nonce): Step => ({
    do: "owned",
    path,
    fields: ["key", "nonce"],
    value: claim,
    message: `${path} says that this gateway belongs to another cluster; delete that CtdbVip first`,
});

const mark = ({ key: urn, nonce }: Cluster, phase: ClusterMark["phase"]): Step => ({
    do: "write",
    path: CTDB.mark,
    content: markText({ key: urn, nonce, ...(phase === undefined ? {} : { phase }) }),
    mode: "0600",
});

const run = (...argv: string[]): Step => ({ do: "run", argv, timeout: 90 });
const ifActive = (service: string): string[] => ["systemctl", "is-active", "--quiet", service];
const stop = (service: string): Step => ({ do: "run", argv: ["systemctl", "stop", service], onlyIf: ifActive(service), timeout: 90 });

/** Before anything else: the packages, and the mark. Debian's ctdb does not start, since it has no nodes yet. */
export const beginUnit = (cluster: Cluster, phase: ClusterMark["phase"], claim: string): Unit => ({
    key: key(cluster.nonce),
    steps: [owned(cluster, CTDB.mark, claim), ...ensurePackages(PACKAGES), mark(cluster, phase)],
});

/** Says beside data and lock whose they are. */
export const claimUnit = (cluster: Cluster, claim: string): Unit => ({
    key: key(cluster.nonce),
    steps: [ownerOf(cluster.sharedPath), lockOwner(cluster.lock)].flatMap((path): Step[] => [
        owned(cluster, path, claim),
        { do: "write", path, content: markText({ key: cluster.key, nonce: cluster.nonce }), mode: "0600" },
    ]),
});

/** The databases of a gateway that is not in the cluster yet. `sid`: the first gateway's, which the cluster takes over under its own name. */
export const formUnit = (cluster: Cluster, number: number, sid: string | undefined): Unit => ({
    key: key(cluster.nonce),
    steps: [
        owned(cluster, CTDB.mark),
        stop(WATCH_SERVICE),
        stop("ctdb"),
        stop("smbd"),
        ...(number > 0 || sid === undefined
            ? []
            : [
                  {
                      do: "run" as const,
                      argv: [
                          "net",
                          "-s",
                          { pipe: partText({ ...clusterPart(cluster), lines: [["netbios name", cluster.netbiosName.toUpperCase()]] }) },
                          "setlocalsid",
                          sid,
                      ],
                  },
              ]),
        { do: "run", argv: ["sh", "-s"], stdin: formScript(number), timeout: 120 },
    ],
});

const LINKS = ["00.ctdb", "01.reclock", "10.interface"];
const linkOf = (script: string): string => `${CTDB.scripts}/${script}.script`;

/**
 * The files. Services read them from serveUnit on; a ctdbd with another ctdb.conf is stopped for that. `goesOn`: one with other gateways is
 * not, it gets reloadUnit.
 */
export const filesUnit = (cluster: Cluster, goesOn: boolean): Unit => ({
    key: key(cluster.nonce),
    assembled: true,
    steps: [
        owned(cluster, CTDB.mark),
        ...["/usr/local/lib/pvesmb", CTDB.scripts, "/etc/systemd/system/ctdb.service.d", "/etc/systemd/system/smbd.service.d"].map(
            (path): Step => ({ do: "directory", path, mode: "0755" }),
        ),
        ...clusterFiles(cluster).map(({ path, content, mode }): Step => ({ do: "write", id: path, path, content, mode })),
        ...LINKS.map((script): Step => ({ do: "link", path: linkOf(script), to: `/usr/share/ctdb/events/legacy/${script}.script` })),
        { do: "remove", path: linkOf("05.system") },
        ...[CTDB.unit, CTDB.smbdUnit, CTDB.watchUnit].map((id): Step => ({
            do: "run",
            argv: ["systemctl", "daemon-reload"],
            ifChanged: id,
            changes: false,
        })),
        ...[CTDB.conf, ...(goesOn ? [] : [CTDB.nodes]), CTDB.unit].map((id): Step => ({ ...stop("ctdb"), ifChanged: id })),
        { ...stop(WATCH_SERVICE), ifChanged: CTDB.watch },
        { do: "run", argv: ["nft", "-f", CTDB.rules], ifChanged: CTDB.rules, changes: false },
        ...partRemovalSteps(detachedPart.owner),
        ...partSteps(clusterPart(cluster)),
    ],
});

/** Asked of one gateway, for all that run. CTDB refuses it while one that goes counts as connected. */
export const reloadUnit = (cluster: Cluster): Unit => ({
    key: key(cluster.nonce),
    steps: [owned(cluster, CTDB.mark), { do: "run", argv: ["sh", "-c", RELOAD], onlyIf: ifActive("ctdb"), timeout: 90 }],
});
const RELOAD = `n=0
until said=$(ctdb reloadnodes 2>&1); do
    n=$((n + 1))
    [ $n -lt 40 ] || { printf '%s\\n' "$said" >&2; exit 1; }
    sleep 1
done`;

const enable = (service: string): Step => ({
    do: "run",
    argv: ["systemctl", "enable", service],
    unless: ["systemctl", "is-enabled", "--quiet", service],
});

/** Starts what does not run; smbd is started by CTDB. From here on the databases are the cluster's. */
export const serveUnit = (cluster: Cluster): Unit => ({
    key: key(cluster.nonce),
    steps: [
        owned(cluster, CTDB.mark),
        enable("ctdb"),
        repaired,
        { do: "run", argv: ["systemctl", "start", "ctdb"], unless: ifActive("ctdb"), timeout: 90 },
        enable(WATCH_SERVICE),
        { do: "run", argv: ["systemctl", "start", WATCH_SERVICE], unless: ifActive(WATCH_SERVICE) },
        mark(cluster, "formed"),
    ],
});

/** On a running node: its tunables, and what an administrator has taken away. `flags`: as parseStatus has them. */
export const settleUnit = (cluster: Cluster, what: { tunables: boolean; addresses: boolean; flags: readonly string[] }): Unit => ({
    key: key(cluster.nonce),
    steps: [
        ...(what.tunables ? tunableValues(cluster.tunables).map(([name, value]) => run("ctdb", "setvar", name, String(value))) : []),
        ...(what.addresses ? [run("ctdb", "reloadips")] : []),
        ...(what.flags.includes("Banned") ? [run("ctdb", "unban")] : []),
        ...(what.flags.includes("Stopped") ? [run("ctdb", "continue")] : []),
        ...(what.flags.includes("Disabled") ? [run("ctdb", "enable")] : []),
    ],
});

const ownDatabases = (number: number): Step => ({
    do: "run",
    argv: ["sh", "-s"],
    stdin: aloneScript(number),
    onlyIf: ["test", "-e", "/usr/bin/ltdbtool"],
    timeout: 120,
});

/**
 * A gateway without the cluster's files. The first one has the cluster's databases; the others serve nothing. `leaves`: the cluster goes on
 * without it.
 */
export const apartUnit = (cluster: Cluster, number: number, leaves = false): Unit => ({
    key: key(cluster.nonce),
    assembled: true,
    steps: [
        owned(cluster, CTDB.mark),
        { do: "run", argv: ["systemctl", "disable", "--now", WATCH_SERVICE], onlyIf: ["test", "-e", CTDB.watchUnit] },
        // Sessions end before their addresses go.
        stop("ctdb"),
        stop("smbd"),
        ...(leaves ? [left] : []),
        ...(number > 0 ? partSteps(detachedPart) : [ownDatabases(number)]),
        { do: "run", argv: ["systemctl", "disable", "ctdb"], onlyIf: ["systemctl", "is-enabled", "--quiet", "ctdb"] },
        { do: "run", argv: ["nft", "delete", "table", "inet", "pvesmb_ctdb"], ok: [0, 1], changes: false },
        ...[...clusterFiles(cluster).map(({ path }) => path), CTDB.applied].map((path): Step => ({ do: "remove", path })),
        { do: "remove", path: cluster.served.objects, tree: true },
        { do: "run", argv: ["systemctl", "daemon-reload"], changes: false },
        ...partRemovalSteps(clusterPart(cluster).owner),
    ],
});

/** After apartUnit's commit: Samba by itself. The mark goes last. */
export const aloneUnit = (cluster: Cluster, sid: string | undefined, shared: boolean): Unit => ({
    key: key(cluster.nonce),
    steps: [
        owned(cluster, CTDB.mark),
        ...(sid === undefined ? [] : [run("net", "setlocalsid", sid)]),
        { do: "run", argv: ["systemctl", "start", "smbd"], unless: ifActive("smbd") },
        ...(shared
            ? [lockOwner(cluster.lock), ownerOf(cluster.sharedPath)]
                  .flatMap((path): Step[] => [owned(cluster, path), { do: "remove", path }])
                  .concat([stateOf(cluster.lock), turnsOf(cluster.lock)].map((path): Step => ({ do: "remove", path })))
            : []),
        { do: "remove", path: CTDB.mark },
    ],
});
