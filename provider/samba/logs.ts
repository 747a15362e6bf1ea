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
 * KiB at which smbd itself renames a log to `.old` and overwrites the previous `.old`. It keeps the disk from filling if more is written
 * than logrotate's run each minute can handle.
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

/** Shares the state file with Debian's own daily run, which covers these logs too: the second one finds it locked (3) or nothing to do. */
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

/** `before`: steps that need the old files, or that must run before the new ones exist. */
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
