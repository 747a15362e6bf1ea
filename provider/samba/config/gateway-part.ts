import type { GatherResult } from "../../hosts/batch";
import { globalOptionRefusal } from "../../model/options/refusals";
import { optionKey } from "../../model/options/synonyms";
import { letsGuestsIn } from "../../model/samba";
import type { SambaSettings } from "../../model/samba";
import { limitsOf } from "../limits";
import { largestLog } from "../logs";
import { SAMBA } from "../paths";
import { option, section } from "../text";
import { optionsInVersion } from "../versions";
import { fileDrift, linesText, refuseReserved, refuseUnknown } from "./part";
import type { GlobalPart, Lines } from "./part";

export interface GlobalSettings {
    hostname: string;
    samba: SambaSettings;
    /** The gateway's memory, as in `lxc.memory`. */
    memory: string;
    /** Samba's version on the gateway, if known. */
    version?: string;
}

const HEAD = "# Written by pvesmb; changes here are reported by `pulumi refresh` and undone by `pulumi up`.\n";

/** NetBIOS names are limited to 15 characters. */
export function netbiosName(hostname: string): string {
    return (hostname.split(".")[0] ?? hostname).slice(0, 15).toUpperCase();
}

/**
 * The gateway's part of [global], secure by default (samba.md sections 3 and 6): SMB3 with mandatory signing, encryption if the client
 * supports it; no NetBIOS, no printing, no anonymous listing, no SMB1-era authentication.
 */
export function gatewayPart({ hostname, samba, memory, version }: GlobalSettings): GlobalPart {
    const own: Lines = [
        ["workgroup", samba.workgroup],
        ["netbios name", samba.netbiosName?.toUpperCase() ?? netbiosName(hostname)],
        ["server string", samba.serverString],
        ["server role", "standalone server"],
        ...listening(samba),
        ["server min protocol", samba.minProtocol],
        ...(samba.maxProtocol === "SMB3_11" ? [] : ([["server max protocol", samba.maxProtocol]] satisfies Lines)),
        ["server signing", samba.signing],
        ["server smb encrypt", samba.encryption],
        ["ntlm auth", samba.ntlm],
        ["map to guest", "never"],
        ["restrict anonymous", 2],
        ["disable netbios", true],
        ["smb ports", 445],
        // pvesmb announces the server itself (announce.ts).
        ...(samba.discovery.avahi ? ([["multicast dns register", false]] satisfies Lines) : []),
        ["max smbd processes", limitsOf(samba, memory).processes],
        // Minutes. Frees the slots of vanished clients and of those without open files; clients reconnect by themselves.
        ["deadtime", 60],
        ["load printers", false],
        ["printing", "bsd"],
        ["printcap name", "/dev/null"],
        ["disable spoolss", true],
        ["unix extensions", false],
        ...(version !== undefined && optionsInVersion(POSIX, version) === undefined ? ([[POSIX, false]] satisfies Lines) : []),
        ["allow insecure wide links", false],
        // An unprivileged container cannot store security.* attributes (samba.md section 0, fact 7): Windows metadata goes to user.* where
        // it must be kept.
        ["store dos attributes", true],
        // Read permission implies execute, since Windows clients do not set POSIX's x.
        ["acl allow execute always", true],
        ...(samba.multichannel ? [] : ([["server multi channel support", false]] satisfies Lines)),
        ...(samba.directoryLeases === undefined ? [] : ([["smb3 directory leases", samba.directoryLeases]] satisfies Lines)),
        ...logLines(samba),
        ...FRUIT,
        ...(samba.macos ? MAC : []),
    ];
    const given = new Set(Object.keys(samba.options).map(optionKey));
    const lines: Lines = [
        // The program's own options replace these; check has refused the reserved ones.
        ...own.filter(([name]) => !given.has(optionKey(name))),
        ...Object.entries(samba.options).sort(([a], [b]) => (a < b ? -1 : 1)),
    ];
    const reserves = own.map(([name]) => name).filter((name) => globalOptionRefusal(name) !== undefined);
    return { owner: "gateway", lines, reserves };
}

/** The whole smb.conf: the gateway's part, the lines that serve the shares (ShareStore.config), and the administrator's file. */
export function renderConfig(settings: GlobalSettings, shares: Lines): string {
    const { samba } = settings;
    // After the shares, so that it counts: no share admits guests, and if encryption is required, nobody connects anonymously.
    const noGuests: Lines = [
        ["map to guest", "never"],
        ...(samba.encryption === "required"
            ? ([
                  ["restrict anonymous", 2],
                  ["server smb encrypt", samba.encryption],
              ] satisfies Lines)
            : []),
    ];
    return [
        HEAD,
        section("global"),
        linesText(gatewayPart(settings).lines),
        linesText(shares),
        letsGuestsIn(samba) ? "" : section("global") + linesText(noGuests),
        option("include", SAMBA.local),
    ].join("");
}

/** Drift of smb.conf itself. Parts and shares have files and drift of their own. */
export const configDrift = (settings: GlobalSettings, shares: Lines, look: Pick<GatherResult, "files">): string[] =>
    fileDrift(SAMBA.config, renderConfig(settings, shares), look);

/** Throws for options that this Samba version does not have, and for `samba.options` that belong to another part. */
export function refuseOptions(settings: GlobalSettings, others: readonly Pick<GlobalPart, "owner" | "reserves">[] = []): void {
    refuseUnknown(gatewayPart(settings).lines, settings.version, "samba");
    refuseReserved(Object.keys(settings.samba.options), others, "samba.options");
}

function listening({ interfaces }: SambaSettings): Lines {
    if (interfaces === undefined) return [];
    return [
        ["interfaces", ["lo", ...[...interfaces].sort()].join(" ")],
        ["bind interfaces only", true],
    ];
}

/** On by default since Samba 4.23; unknown to 4.17. */
const POSIX = "smb3 unix extensions";

/** Failed logins are level 2 of this class, successful ones 3 (smb.conf(5), "log level"). */
const LOGINS = "auth_json_audit:3";

function logLines({ logging }: SambaSettings): Lines {
    const { target, level, logins } = logging;
    if (target === "journal")
        return [
            ["logging", "systemd"],
            ["log level", logins ? `${level} ${LOGINS}` : level],
        ];
    return [
        ["logging", "file"],
        ["log file", "/var/log/samba/log.smbd"],
        ["max log size", largestLog(logging)],
        ["log level", `${level} full_audit:1@${SAMBA.audit}${logins ? ` ${LOGINS}@${SAMBA.logins}` : ""}`],
        ["full_audit:syslog", false],
    ];
}

/** For all shares, including the administrator's: with a mix, the first share that a Mac opens decides for all (vfs_fruit(8)). */
const MAC: Lines = [["vfs objects", "fruit streams_xattr"]];

/**
 * The same for every share with the module, whether through `samba.macos` or its own: a later change of either must not move the metadata.
 */
const FRUIT: Lines = [
    ["fruit:metadata", "stream"],
    ["fruit:model", "MacSamba"],
    ["fruit:nfs_aces", false],
    ["fruit:veto_appledouble", false],
    ["fruit:delete_empty_adfiles", true],
    ["fruit:wipe_intentionally_left_blank_rfork", true],
];
