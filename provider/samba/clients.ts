import { SANDBOX } from "../base/sandbox";
import type { Step } from "../hosts/batch";
import type { Limits } from "./limits";
import { SAMBA } from "./paths";

/** Limits connections per address in the kernel, so that excess ones cost smbd nothing. */
export const CLIENTS_SERVICE = "pvesmb-clients.service";
export const CLIENTS_UNIT = `/etc/systemd/system/${CLIENTS_SERVICE}`;

/**
 * Matches new connections only, so existing ones survive a reload. An IPv6 /64 counts as one address, since a client usually has all of it.
 */
const rules = ({ perAddress }: Limits): string => `# Written by pvesmb.
table inet pvesmb
delete table inet pvesmb
table inet pvesmb {
	set clients4 { type ipv4_addr; size 65535; flags dynamic; }
	set clients6 { type ipv6_addr; size 65535; flags dynamic; }
	chain input {
		type filter hook input priority -10; policy accept;
		iifname "lo" accept
		tcp dport 445 tcp flags & (fin | syn | rst | ack) == syn jump opened
	}
	chain opened {
		add @clients4 { ip saddr ct count over ${perAddress} } counter reject with tcp reset
		add @clients6 { ip6 saddr & ffff:ffff:ffff:ffff:: ct count over ${perAddress} } counter reject with tcp reset
	}
}
`;

const unit = `[Unit]
Description=pvesmb: limits what one address may open
After=nftables.service
Before=smbd.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f ${SAMBA.clients}
ExecStop=-/usr/sbin/nft delete table inet pvesmb
CapabilityBoundingSet=CAP_NET_ADMIN
RestrictAddressFamilies=AF_NETLINK AF_UNIX
${SANDBOX}
[Install]
WantedBy=multi-user.target
`;

export const clientFiles = (limits: Limits): Record<string, string> => ({ [SAMBA.clients]: rules(limits), [CLIENTS_UNIT]: unit });

/**
 * Runs after the files are written. If kernel or container do not support nftables, the step `clients` does not return "active", and a
 * warning follows.
 */
export const clientSteps: Step[] = [
    { do: "run", argv: ["systemctl", "daemon-reload"], ifChanged: CLIENTS_UNIT, changes: false },
    { do: "run", argv: ["systemctl", "enable", CLIENTS_SERVICE], unless: ["systemctl", "is-enabled", "--quiet", CLIENTS_SERVICE] },
    { do: "run", argv: ["systemctl", "restart", CLIENTS_SERVICE], ifChanged: SAMBA.clients, ok: [0, 1], changes: false },
    // Loading another ruleset may have flushed ours.
    {
        do: "run",
        argv: ["systemctl", "restart", CLIENTS_SERVICE],
        unless: ["nft", "list", "chain", "inet", "pvesmb", "opened"],
        ok: [0, 1],
        changes: false,
    },
    { do: "run", id: "clients", argv: ["systemctl", "is-active", CLIENTS_SERVICE], ok: [0, 3], changes: false },
];

/** The command that a refresh runs. */
export const CLIENTS_LOOK = { name: "clients", argv: ["nft", "list", "chain", "inet", "pvesmb", "opened"] };

/** `active`: the service's state in systemd. A failed service is reported as a warning elsewhere, since no `up` can fix it. */
export function clientFaults(listed: string, active: string | undefined, { perAddress }: Limits): string[] {
    if (active === "failed") return [];
    const counts = [...listed.matchAll(/ct count over (\d+)/g)].map(([, count]) => Number(count));
    return counts.length === 2 && counts.every((count) => count === perAddress)
        ? []
        : [
              `connections per address: ${counts.length === 0 ? "not limited" : `limited to ${counts.join(" and ")}`} instead of ${perAddress}`,
          ];
}

export const noClientLimit = (host: string): string =>
    `${host}: connections per address are not limited, \`journalctl -u ${CLIENTS_SERVICE}\` there shows why (this needs the package nftables, and a kernel and a container that allow it); limit them in front of the gateway`;
