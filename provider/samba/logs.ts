import { SANDBOX } from "../base/sandbox";
import type { Step } from "../hosts/batch";
import type { SambaSettings } from "../model/samba";
import { bytesOf } from "../model/size";
import { SAMBA } from "./paths";

type Logging = Pick<SambaSettings["logging"], "maxSize" | "keep">;

export const LOGS_TIMER = "pvesmb-logs.timer";
const SERVICE = "pvesmb-logs.service";
export const LOG_UNITS = [SERVICE, LOGS_TIMER].map((name) => `/etc/systemd/system/${name}`) as [string, string];

/**
 * KiB at which smbd itself puts a log file aside as `.old`, in place of the `.old` before: what keeps the disk free when more is written within a
 * minute than logrotate was to see.
 */
export const largestLog = ({ maxSize }: Logging): number => (4 * bytesOf(maxSize)) / 1024;

const rotation = ({ maxSize, keep }: Logging): string => `${SAMBA.audit} ${SAMBA.logins} {
	size ${bytesOf(maxSize)}
	rotate ${keep}
	missingok
	compress
	delaycompress
	postrotate
		/usr/bin/smbcontrol smbd reload-config
	endscript
}
`;

/** The state file is that of Debian's own daily look, which looks here too: whichever is second finds it locked (3) or nothing to do. */
const service = `[Unit]
Description=pvesmb: begins new files of audits and logins

[Service]
Type=oneshot
ExecStart=/usr/sbin/logrotate --state /var/lib/logrotate/status ${SAMBA.rotation}
SuccessExitStatus=3
Nice=10
${SANDBOX}`;

const timer = `[Unit]
Description=pvesmb: begins new files of audits and logins

[Timer]
OnCalendar=minutely
AccuracySec=10s

[Install]
WantedBy=timers.target
`;

export function logFiles({ target, ...logging }: SambaSettings["logging"]): Record<string, string | undefined> {
    const [servicePath, timerPath] = LOG_UNITS;
    return target === "file"
        ? { [SAMBA.rotation]: rotation(logging), [servicePath]: service, [timerPath]: timer }
        : { [SAMBA.rotation]: undefined, [servicePath]: undefined, [timerPath]: undefined };
}

/** `before`: what has to be done while the files are still there, or not there yet. */
export function logSteps({ target }: SambaSettings["logging"]): { before: Step[]; after: Step[] } {
    const enabled = ["systemctl", "is-enabled", "--quiet", LOGS_TIMER];
    if (target !== "file")
        return { before: [{ do: "run", argv: ["systemctl", "disable", "--now", LOGS_TIMER], onlyIf: enabled }], after: [] };
    return {
        before: [],
        after: [
            ...LOG_UNITS.map((path): Step => ({ do: "run", argv: ["systemctl", "daemon-reload"], ifChanged: path, changes: false })),
            { do: "run", argv: ["systemctl", "enable", "--now", LOGS_TIMER], unless: ["systemctl", "is-active", "--quiet", LOGS_TIMER] },
        ],
    };
}
