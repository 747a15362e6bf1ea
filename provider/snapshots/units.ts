import { NODE_SANDBOX } from "../base/sandbox";
import { SNAPSHOTS } from "./paths";

const service = `[Unit]
Description=pvesmb: snapshots of shares

[Service]
Type=oneshot
ExecStart=python3 -I ${SNAPSHOTS.program} run
TimeoutStartSec=30min
${NODE_SANDBOX}ReadWritePaths=-${SNAPSHOTS.entries}
`;

/** The program knows by the snapshots that are there which of them are due: after a night switched off, one round makes up for it. */
const timer = `[Unit]
Description=pvesmb: snapshots of shares

[Timer]
OnCalendar=hourly
Persistent=true

[Install]
WantedBy=timers.target
`;

export const units: Record<string, string> = { [SNAPSHOTS.service]: service, [SNAPSHOTS.timer]: timer };
