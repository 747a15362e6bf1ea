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

/** The program derives what is due from the existing snapshots, so one round catches up after a night switched off. */
const timer = `[Unit]
Description=pvesmb: snapshots of shares

[Timer]
OnCalendar=hourly
Persistent=true

[Install]
WantedBy=timers.target
`;

export const units: Record<string, string> = { [SNAPSHOTS.service]: service, [SNAPSHOTS.timer]: timer };
