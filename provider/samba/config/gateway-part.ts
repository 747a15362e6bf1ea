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
    /** Of the gateway, as `lxc.memory` has it. */
    memory: string;
    /** Samba's version on the gateway, when it is known. */
    version?: string;
}

const HEAD = "# Written by pvesmb; changes here are reported by `pulumi refresh` and undone by `pulumi up`.\n";

/** NetBIOS names have at most 15 characters. */
export function netbiosName(hostname: string): string {
    return (hostname.split(".")[0] ?? hostname).slice(0, 15).toUpperCase();
}

/**
 * What the gateway says in [global]: secure by default (samba.md sections 3 and 6). SMB3 with mandatory signing and encryption where the
 * client can; no NetBIOS, no printing, no anonymous listing, no SMB1-era authentication.
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
        ["max smbd processes", limitsOf(samba, memory).processes],
        // Minutes: who is gone without a word, or has opened nothing for an hour, makes room for others; clients come back by themselves.
        ["deadtime", 60],
        ["load printers", false],
        ["printing", "bsd"],
        ["printcap name", "/dev/null"],
        ["disable spoolss", true],
        ["unix extensions", false],
        ...(version !== undefined && optionsInVersion(POSIX, version) === undefined ? ([[POSIX, false]] satisfies Lines) : []),
        ["allow insecure wide links", false],
        // An unprivileged container cannot store security.* attributes (samba.md section 0, fact 7): where Windows metadata must be kept, user.* is used.
        ["store dos attributes", true],
        // Who may read a program may run it: POSIX's x is not set by Windows clients.
        ["acl allow execute always", true],
        ...(samba.multichannel ? [] : ([["server multi channel support", false]] satisfies Lines)),
        ...(samba.directoryLeases === undefined ? [] : ([["smb3 directory leases", samba.directoryLeases]] satisfies Lines)),
        ...logLines(samba),
        ...FRUIT,
        ...(samba.macos ? MAC : []),
    ];
    const given = new Set(Object.keys(samba.options).map(optionKey));
    const lines: Lines = [
        // The program's own options replace these; check has refused those that it may not set.
        ...own.filter(([name]) => !given.has(optionKey(name))),
        ...Object.entries(samba.options).sort(([a], [b]) => (a < b ? -1 : 1)),
    ];
    const reserves = own.map(([name]) => name).filter((name) => globalOptionRefusal(name) !== undefined);
    return { owner: "gateway", lines, reserves };
}

/** smb.conf as a whole: the gateway's part, what has the shares served (ShareStore.config), and the file of the administrator. */
export function renderConfig(settings: GlobalSettings, shares: Lines): string {
    const { samba } = settings;
    // After the shares, so that it counts: no share lets guests in, and where everybody has to encrypt nobody comes without a login.
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

/** smb.conf against what it should be. Parts and shares are in files of their own, with a drift of their own. */
export const configDrift = (settings: GlobalSettings, shares: Lines, look: Pick<GatherResult, "files">): string[] =>
    fileDrift(SAMBA.config, renderConfig(settings, shares), look);

/** Throws for options that this version of Samba does not have, and for `samba.options` that belong to one of the other parts. */
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

/** On by default from Samba 4.23 on; 4.17 does not know it. */
const POSIX = "smb3 unix extensions";

/** Refused logins are level 2 of this class, the others 3 (smb.conf(5), "log level"). */
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

/** For all shares, the administrator's own too: mixed, the first share that a Mac opens decides for all (vfs_fruit(8)). */
const MAC: Lines = [["vfs objects", "fruit streams_xattr"]];

/** For whatever share has the module, by `samba.macos` or by itself: metadata must not be in another place after that is changed. */
const FRUIT: Lines = [
    ["fruit:metadata", "stream"],
    ["fruit:model", "MacSamba"],
    ["fruit:nfs_aces", false],
    ["fruit:veto_appledouble", false],
    ["fruit:delete_empty_adfiles", true],
    ["fruit:wipe_intentionally_left_blank_rfork", true],
];
