import { posix } from "node:path";
import type { Step } from "../hosts/batch";
import { letsGuestsIn } from "../model/samba";
import type { SambaSettings } from "../model/samba";
import { announcedServer, AVAHI } from "./announce";
import { clientFiles, CLIENTS_SERVICE, CLIENTS_UNIT, clientSteps } from "./clients";
import { limitsOf, smbdUnit } from "./limits";
import { LOG_UNITS, logFiles, LOGS_TIMER, logSteps } from "./logs";
import { SAMBA } from "./paths";
import { SSHD, sshdConfig, sshdSteps } from "./sshd";

/** Packages besides Samba that the settings need. */
export function servicePackages({ discovery, logging }: SambaSettings): string[] {
    return [...(discovery.wsdd ? ["wsdd"] : []), ...(discovery.avahi ? [AVAHI] : []), ...(logging.target === "file" ? ["logrotate"] : [])];
}

export const UPDATES = "/etc/apt/apt.conf.d/60pvesmb-updates";

/** For a refresh: files that serviceFiles may want, and services that the settings may want to run. */
export const SERVICE_FILES = [
    SAMBA.macos,
    SAMBA.noGuests,
    SAMBA.noAnonymous,
    SAMBA.rotation,
    ...LOG_UNITS,
    UPDATES,
    SAMBA.wsdd,
    SAMBA.announced,
    SAMBA.unit,
    SAMBA.clients,
    CLIENTS_UNIT,
    SSHD,
];
export const SERVICES = ["wsdd", AVAHI, CLIENTS_SERVICE, LOGS_TIMER];

/** Inputs of the files and services besides smb.conf. */
export interface ServiceSettings {
    hostname: string;
    samba: SambaSettings;
    /** The gateway's memory, as in `lxc.memory`. */
    memory: string;
    /** `packages.securityUpdates`; undefined: leave the host's setting. */
    securityUpdates?: boolean;
}

/** Wanted files besides smb.conf, by path; undefined: the file must be absent. */
export function serviceFiles({ hostname, samba, memory, securityUpdates }: ServiceSettings): Record<string, string | undefined> {
    const { macos, logging, discovery, workgroup } = samba;
    const limits = limitsOf(samba, memory);
    return {
        [SAMBA.unit]: smbdUnit(limits),
        ...clientFiles(limits),
        [SSHD]: sshdConfig,
        [SAMBA.macos]: macos ? "" : undefined,
        [SAMBA.noGuests]: letsGuestsIn(samba) ? undefined : "",
        [SAMBA.noAnonymous]: samba.encryption === "required" ? "" : undefined,
        ...logFiles(logging),
        ...(securityUpdates === undefined ? {} : { [UPDATES]: updates(securityUpdates) }),
        ...(discovery.wsdd ? { [SAMBA.wsdd]: wsdd(workgroup) } : {}),
        [SAMBA.announced]: announcedServer(samba, hostname),
    };
}

/** Steps for the host besides smb.conf: config files, discovery, log rotation, time zone. */
export function serviceSteps(settings: ServiceSettings): Step[] {
    const { samba } = settings;
    const { discovery, timeZone } = samba;
    const logs = logSteps(samba.logging);
    return [
        { do: "directory", path: posix.dirname(SAMBA.unit), mode: "0755" },
        ...(discovery.avahi ? ([{ do: "directory", path: posix.dirname(SAMBA.announcement), mode: "0755" }] satisfies Step[]) : []),
        ...logs.before,
        ...Object.entries(serviceFiles(settings)).map(([path, content]): Step =>
            content === undefined ? { do: "remove", path } : { do: "write", id: path, path, content, mode: "0644" },
        ),
        // daemon-reload applies the memory limit at once; the rest applies when smbd next starts.
        { do: "run", argv: ["systemctl", "daemon-reload"], ifChanged: SAMBA.unit, changes: false },
        ...clientSteps,
        ...sshdSteps,
        ...logs.after,
        ...service("wsdd", discovery.wsdd),
        ...(discovery.wsdd ? [restart("wsdd", SAMBA.wsdd), restart("wsdd", "hostname")] : []),
        ...service(AVAHI, discovery.avahi),
        ...(discovery.avahi ? [restart(AVAHI, "hostname")] : []),
        ...(timeZone === undefined ? [] : zone(timeZone)),
    ];
}

/** These daemons read the hostname only at start. `hostname`: a step of gateway-unit.ts. */
const restart = (name: string, after: string): Step => ({ do: "run", ifChanged: after, argv: ["systemctl", "restart", name] });

/** For apt's daily timers (apt.conf(5), "PERIODIC AND ARCHIVES OPTIONS"); sorts after the file of unattended-upgrades. */
const updates = (install: boolean): string =>
    `// Written by pvesmb.\nAPT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "${install ? 1 : 0}";\n`;

const wsdd = (workgroup: string): string => `# Written by pvesmb.\nWSDD_PARAMS="--shortlog --workgroup ${workgroup}"\n`;

function service(name: string, wanted: boolean): Step[] {
    const enabled = ["systemctl", "is-enabled", "--quiet", name];
    if (!wanted) return [{ do: "run", argv: ["systemctl", "disable", "--now", name], onlyIf: enabled }];
    return [
        { do: "run", argv: ["systemctl", "enable", name], unless: enabled },
        { do: "run", argv: ["systemctl", "start", name], unless: ["systemctl", "is-active", "--quiet", name] },
    ];
}

function zone(name: string): Step[] {
    const path = `/usr/share/zoneinfo/${name}`;
    return [
        {
            do: "require",
            path,
            is: "file",
            message: `samba.timeZone: the gateway has no time zone ${name}; \`timedatectl list-timezones\` lists them`,
        },
        { do: "link", path: "/etc/localtime", to: path },
        { do: "write", path: "/etc/timezone", content: `${name}\n`, mode: "0644" },
    ];
}
