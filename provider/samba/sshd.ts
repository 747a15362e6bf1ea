import type { Step } from "../hosts/batch";

/** First of its folder: of each setting sshd takes the first value that it reads (sshd_config(5)). */
export const SSHD = "/etc/ssh/sshd_config.d/00-pvesmb.conf";

/**
 * A gateway's sshd lets root in by key and runs commands; pvesmb needs no more of it. Of the connections that wait for a login one address has so few
 * that others are not turned away by chance (sshd_config(5), "MaxStartups").
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

/** Behind the file: sshd says whether it understands it before it gets it. Who is logged in stays. */
export const sshdSteps: Step[] = [
    {
        do: "run",
        argv: ["/usr/sbin/sshd", "-t"],
        ifChanged: SSHD,
        changes: false,
        message: `sshd does not accept ${SSHD}, so it was removed again; something else in /etc/ssh keeps sshd from starting, \`sshd -t\` on the gateway shows it`,
    },
    // One that a socket starts reads its files at each connection.
    { do: "run", argv: ["systemctl", "try-reload-or-restart", "ssh"], ifChanged: SSHD, changes: false },
];
