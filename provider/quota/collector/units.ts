import { SANDBOX } from "../../base/sandbox";
import { COLLECTOR } from "./paths";

/** Lowest priority: a late round is better than a slow host. */
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

/** Every five minutes by the clock, which is also the sample width (SAMPLE_SECONDS in program/history.py). */
const timerUnit = `[Unit]
Description=pvesmb: records what quotas use

[Timer]
OnCalendar=*:0/5
AccuracySec=30s

[Install]
WantedBy=timers.target
`;

/** Loopback only; a drop-in can set another address. At most eight readers, and each is cut off after ten seconds. */
const socketUnit = `[Unit]
Description=pvesmb: metrics of quotas by HTTP

[Socket]
ListenStream=127.0.0.1:9945
Accept=yes
MaxConnections=8

[Install]
WantedBy=sockets.target
`;

/** One connection. It serves a world-readable file and needs no privileges. */
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
