import { followProgram, following } from "./follow";
import { dropScript, eventScript, inStepScript, watchScript } from "./scripts";
import { CTDB, turnsOf } from "./paths";
import type { Cluster, Floating, Tunables } from "./settings";
import { ctdbUnit, smbdUnit, watchUnit } from "./units";

const HEAD = "# Written by pvesmb; changes here are reported by `pulumi refresh` and undone by `pulumi up`.\n";

/** In a container no process may have the scheduler that CTDB asks for, and it ends without a word (samba.md section 3, "CTDB files"). */
const conf = ({ lock, leaderTimeout }: Cluster): string => `${HEAD}[logging]
	location = syslog
	log level = NOTICE

[cluster]
	cluster lock = ${lock}
	leader timeout = ${leaderTimeout}

[legacy]
	realtime scheduling = false
`;

const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join("");

/** A number stays a gateway's own: the line of one that has gone is a comment (samba.md section 3, "CTDB files"). */
const nodesText = ({ nodes, slots }: Cluster): string => lines([...nodes, ...Array<string>(slots - nodes.length).fill("#")]);

const publicAddressesText = (addresses: readonly Floating[]): string =>
    lines(addresses.map(({ address, interface: device }) => `${address} ${device}`));

/** Values by CTDB's own names. After a recovery CTDB suppresses the next one for 10 s by default, and with it the next fail-over. */
export const tunableValues = ({ keepaliveInterval, keepaliveLimit, recoveryDropAllIps }: Tunables): [string, number][] => [
    ["KeepaliveInterval", keepaliveInterval],
    ["KeepaliveLimit", keepaliveLimit],
    ["RecoveryDropAllIPs", recoveryDropAllIps],
    ["RerecoveryTimeout", 2],
];

/** Its share check passes on an empty mount point, and takes all gateways down when one directory is missing (50.samba). */
const OPTIONS = `${HEAD}CTDB_SAMBA_SKIP_SHARE_CHECK=yes\n`;

/** From the gateways' own addresses only: CTDB believes whoever connects. */
const rules = (nodes: readonly string[]): string => `# Written by pvesmb.
table inet pvesmb_ctdb
delete table inet pvesmb_ctdb
table inet pvesmb_ctdb {
	chain input {
		type filter hook input priority -10; policy accept;
		tcp dport 4379 ip saddr != { ${nodes.join(", ")} } counter drop
		tcp dport 4379 meta nfproto ipv6 counter drop
	}
}
`;

/** A file, its mode, and the input that decides what is in it. */
export interface ClusterFile {
    path: string;
    content: string;
    mode: string;
    property: string;
}

export function clusterFiles(cluster: Cluster): ClusterFile[] {
    const file = (property: string, path: string, content: string, mode = "0644"): ClusterFile => ({ property, path, content, mode });
    const { nodes, addresses, tunables } = cluster;
    return [
        file("lock", CTDB.conf, conf(cluster)),
        file("lock", CTDB.turns, `${turnsOf(cluster.lock)}\n`),
        file("privateNetwork", CTDB.nodes, nodesText(cluster)),
        file("privateNetwork", CTDB.rules, rules(nodes)),
        file("addresses", CTDB.publicAddresses, publicAddressesText(addresses)),
        file("tunables", CTDB.tunables, lines(tunableValues(tunables).map(([name, value]) => `${name}=${value}`))),
        file("sharedPath", CTDB.options, OPTIONS),
        file("sharedPath", CTDB.event, eventScript(cluster), "0755"),
        file("gateways", CTDB.follow, followProgram(), "0755"),
        file("sharedPath", CTDB.following, following(cluster)),
        file("sharedPath", CTDB.inStep, inStepScript(cluster), "0755"),
        file("gateways", CTDB.drop, dropScript),
        file("gateways", CTDB.watch, watchScript),
        file("gateways", CTDB.unit, ctdbUnit),
        file("gateways", CTDB.smbdUnit, smbdUnit),
        file("gateways", CTDB.watchUnit, watchUnit),
    ];
}
