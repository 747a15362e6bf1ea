import type { Step } from "../hosts/batch";

/** Sorts first in its folder: sshd uses the first value of each setting (sshd_config(5)). */
export const SSHD = "/etc/ssh/sshd_config.d/00-pvesmb.conf";

/**
 * pvesmb only needs root logins by key, to run commands. The limit on unauthenticated connections per address leaves room for other
 * addresses, which sshd would otherwise drop at random (sshd_config(5), "MaxStartups").
 */
export const sshdConfig = `# Written by pvesmb.
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AllowTcpForwarding no
AllowStreamLocalForwarding no
AllowAgentForwarding no
X11Forwarding no
PermitTunnel no
LoginGraceTime 30
MaxStartups 30:30:60
PerSourceMaxStartups 20
`;

/** Runs after the file is written. sshd checks the file before the reload; open sessions stay. */
export const sshdSteps: Step[] = [
    {
        do: "run",
        argv: ["/usr/sbin/sshd", "-t"],
        ifChanged: SSHD,
        changes: false,
        message: `sshd does not accept ${SSHD}, so it was removed again; something else in /etc/ssh keeps sshd from starting, \`sshd -t\` on the gateway shows it`,
    },
    // A socket-activated sshd reads its files at each connection.
    { do: "run", argv: ["systemctl", "try-reload-or-restart", "ssh"], ifChanged: SSHD, changes: false },
];
