import type { Step, Unit } from "../hosts/batch";
import { ownedBy } from "../hosts/steps";
import { DATA_ROOT, OWN_DATA } from "../model/paths";
import type { SambaSettings } from "../model/samba";
import { refuseOptions, renderConfig } from "./config/gateway-part";
import type { GlobalSettings } from "./config/gateway-part";
import { lockoutSteps } from "./lockout";
import { SAMBA } from "./paths";
import { PING } from "./reload";
import { serviceSteps } from "./services";
import type { ServiceSettings } from "./services";
import type { FragmentOwner } from "./share";
import { files } from "./store/files";
import type { ShareStore } from "./store/store";

/** Facts stored with the data, for a rebuilt gateway to take over. */
export const FACTS_FILE = `${OWN_DATA}/facts.json`;

/**
 * Turns a host with Samba into our gateway and maintains it. `claim`: what an existing mark on the host must contain. `formerLockout`:
 * `samba.lockout` before this change. `sid`: the machine SID that the data volume remembers from an earlier gateway.
 */
export function gatewayUnit(
    settings: GlobalSettings & ServiceSettings & { formerLockout?: SambaSettings["lockout"] },
    owner: FragmentOwner,
    claim: string,
    known: { sid?: string; restart: boolean },
    store: ShareStore = files,
): Unit {
    refuseOptions(settings);
    const steps: Step[] = [
        ownedBy(SAMBA.mark, claim, "this host belongs to another gateway; nothing was changed"),
        ...[SAMBA.directory, DATA_ROOT].map((path): Step => ({ do: "directory", path, mode: "0755" })),
        ...store.prepare,
        ...[SAMBA.accounts, OWN_DATA].map((path): Step => ({ do: "directory", path, mode: "0700" })),
        { do: "write", path: SAMBA.mark, content: `${JSON.stringify({ v: 1, ...owner })}\n`, mode: "0644" },
        { do: "run", argv: ["touch", SAMBA.local], unless: ["test", "-e", SAMBA.local] },
        { do: "write", id: "config", path: SAMBA.config, content: renderConfig(settings, store.config), mode: "0644" },
        // Proxmox VE sets a container's hostname at its start; without this a running one would keep the old name and announce it.
        {
            do: "run",
            id: "hostname",
            argv: ["hostname", settings.hostname],
            unless: ["grep", "-qxF", settings.hostname, "/proc/sys/kernel/hostname"],
        },
        ...serviceSteps(settings),
        ...lockoutSteps(settings.samba.lockout, settings.formerLockout),
        {
            do: "run",
            argv: ["testparm", "-s", SAMBA.config],
            changes: false,
            failIf: "Unknown parameter|Error loading services|ERROR:",
            timeout: 30,
        },
    ];
    if (known.sid === undefined)
        steps.push(
            { do: "run", id: "sidline", argv: ["net", "getlocalsid"], changes: false },
            { do: "remember", file: FACTS_FILE, key: "sid", value: { value: "sidline" } },
        );
    else steps.push({ do: "run", argv: ["net", "setlocalsid", known.sid], changes: false });
    steps.push(
        { do: "run", argv: ["systemctl", "disable", "--now", "nmbd"], onlyIf: ["systemctl", "is-enabled", "--quiet", "nmbd"] },
        { do: "run", argv: ["systemctl", "enable", "smbd"], unless: ["systemctl", "is-enabled", "--quiet", "smbd"] },
        known.restart
            ? { do: "run", argv: ["systemctl", "restart", "smbd"] }
            : { do: "run", argv: ["systemctl", "start", "smbd"], unless: ["systemctl", "is-active", "--quiet", "smbd"] },
        { do: "run", ifChanged: "config", argv: ["smbcontrol", "smbd", "reload-config"], changes: false },
        { do: "run", argv: ["smbcontrol", ...PING], changes: false },
    );
    return { key: `gateway:${owner.nonce}`, steps };
}

/** The gateway's nonce in a host's mark (SAMBA.mark); undefined if it is not a mark. */
export function nonceIn(text: string): string | undefined {
    try {
        const { nonce } = Object(JSON.parse(text)) as { nonce?: unknown };
        return typeof nonce === "string" ? nonce : undefined;
    } catch {
        return undefined;
    }
}

/** `SID for domain FILES is: S-1-5-21-...`, as stored. */
export function parseSid(line: string | undefined): string | undefined {
    return /\b(S-1-5-21-\d+-\d+-\d+)\b/.exec(line ?? "")?.[1];
}
