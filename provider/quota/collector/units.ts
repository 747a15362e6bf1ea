import { SANDBOX } from "../../base/sandbox";
import { COLLECTOR } from "./paths";

/** The least of the host for it: a round is late rather than in anybody's way. */
const serviceUnit = `[Unit]
Description=pvesmb: records what quotas use

[Service]
Type=oneshot
ExecStart=${COLLECTOR.command.join(" ")} collect
Nice=10
IOSchedulingClass=idle
TimeoutStartSec=10min
UMask=0077
${SANDBOX}`;

/** Every five minutes of the clock, which is also the width of a sample (SAMPLE_SECONDS in program/history.py). */
const timerUnit = `[Unit]
Description=pvesmb: records what quotas use

[Timer]
OnCalendar=*:0/5
AccuracySec=30s

[Install]
WantedBy=timers.target
`;

/** Nobody from outside: whoever wants another address says so in a drop-in. Eight readers at once are enough, and none may stay. */
const socketUnit = `[Unit]
Description=pvesmb: metrics of quotas by HTTP

[Socket]
ListenStream=127.0.0.1:9945
Accept=yes
MaxConnections=8

[Install]
WantedBy=sockets.target
`;

/** One connection. It reads one file that everybody may read, and needs no right for that. */
const connectionUnit = `[Unit]
Description=pvesmb: metrics of quotas, one reader

[Service]
ExecStart=${COLLECTOR.command.join(" ")} serve
User=daemon
StandardInput=socket
StandardOutput=socket
StandardError=journal
CapabilityBoundingSet=
RuntimeMaxSec=10
${SANDBOX}`;

export const units = {
    [COLLECTOR.service]: serviceUnit,
    [COLLECTOR.timer]: timerUnit,
    [COLLECTOR.socket]: socketUnit,
    [COLLECTOR.connection]: connectionUnit,
};
