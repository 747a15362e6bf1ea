import { COLLECTOR } from "./paths";

/** The least of the host for it: a round is late rather than in anybody's way. */
export const serviceUnit = `[Unit]
Description=pvesmb: records what quotas use

[Service]
Type=oneshot
ExecStart=${COLLECTOR.command.join(" ")} collect
Nice=10
IOSchedulingClass=idle
TimeoutStartSec=10min
UMask=0077
`;

/** Every five minutes of the clock, which is also the width of a sample (SAMPLE_SECONDS in program/history.py). */
export const timerUnit = `[Unit]
Description=pvesmb: records what quotas use

[Timer]
OnCalendar=*:0/5
AccuracySec=30s

[Install]
WantedBy=timers.target
`;
