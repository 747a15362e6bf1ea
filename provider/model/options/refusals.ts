import { hostsOptionFault } from "../hosts";
import { unknownOption } from "./names";
import { canonicalOption, optionKey } from "./synonyms";
import { LOCAL_CONFIG } from "../paths";
import { isLitter } from "../share/litter";
import type { Effective } from "../share/effective";

/** Options that pvesmb writes for every share: the property to use instead. */
const OWNED: Record<string, string> = {
    path: "path",
    comment: "comment",
    available: "enabled",
    "read only": "readOnly",
    browseable: "browseable",
    "guest ok": "guest",
    "guest only": "guest",
    "valid users": "access",
    "invalid users": "access",
    "read list": "access",
    "write list": "access",
    "admin users": "access",
    "create mask": "createMask",
    "directory mask": "directoryMask",
};

/** Options that run programs, read other files or break the isolation of a share (samba.md section 6). */
const DANGEROUS = new Set(
    [
        "include",
        "config file",
        "copy",
        "config backend",
        "root preexec",
        "root preexec close",
        "preexec",
        "preexec close",
        "postexec",
        "root postexec",
        "dfree command",
        "magic script",
        "magic output",
        "panic action",
        "print command",
        "printable",
        "lppause command",
        "lpq command",
        "lpresume command",
        "lprm command",
        "queuepause command",
        "queueresume command",
        "check password script",
        "message command",
        "add user script",
        "wins hook",
        "username map script",
        "wide links",
        "ctdb socket",
        "root directory",
        "private dir",
        "lock directory",
        "utmp directory",
        "utmp dir",
        "wtmp directory",
        "winbindd socket directory",
        "smb passwd file",
        "username map",
        "preload modules",
        "state directory",
        "cache directory",
        "pid directory",
    ].map(canonicalOption),
);

/** Every client would act as that account. */
const FORCING = ["force user", "force group"].map(canonicalOption);

/** Options that pvesmb writes in the global section: the property to use instead, or why it is fixed. */
const OWNED_GLOBAL: Record<string, string> = {
    workgroup: "samba.workgroup",
    "netbios name": "samba.netbiosName",
    "server string": "samba.serverString",
    interfaces: "samba.interfaces",
    "bind interfaces only": "samba.interfaces",
    "server min protocol": "samba.minProtocol",
    "server max protocol": "samba.maxProtocol",
    "server signing": "samba.signing",
    "server smb encrypt": "samba.encryption",
    "ntlm auth": "samba.ntlm",
    "map to guest": "samba.guests",
    "restrict anonymous": "samba.guests",
    "server multi channel support": "samba.multichannel",
    "smb3 directory leases": "samba.directoryLeases",
    logging: "samba.logging",
    "log level": "samba.logging",
    "log file": "samba.logging",
    "max log size": "samba.logging",
    "full_audit:syslog": "samba.logging",
    "vfs objects": "samba.macos",
};

/** Options that define pvesmb's standalone file server; no property changes them. */
const FIXED = [
    "server role",
    "security",
    "realm",
    "passdb backend",
    "disable netbios",
    "smb ports",
    "load printers",
    "printing",
    "printcap name",
    "disable spoolss",
    "unix extensions",
    "smb3 unix extensions",
    "allow insecure wide links",
    "store dos attributes",
    "inherit acls",
    "clustering",
    "ncalrpc dir",
    "usershare path",
    "guest account",
    "server services",
    "rpc server dynamic port range",
    "binddns dir",
    "nsswitch command",
    "idmap config",
].map(canonicalOption);
/** Matches names in Samba's own spelling; `acl allow execute always` is harmless. */
const EXECUTING = /script|command|hook|exec(?!ute)|panicaction|passwordprogram|passwdprogram/;
const BY_HAND = `if you need it, put it into ${LOCAL_CONFIG} on the gateway, which pvesmb never changes`;
const REFUSED = `is refused because it runs programs, reads other files or leaves the share; ${BY_HAND}`;
const FORCED = `is refused because all clients would act as that account, whatever \`access\` says of them; new files belong to one group with \`group\` and the mode "2770"; ${BY_HAND}`;

const OWNED_GLOBAL_NORMAL = new Map(Object.entries(OWNED_GLOBAL).map(([name, property]) => [canonicalOption(name), property]));

const OWNED_NORMAL = new Map(Object.entries(OWNED).map(([name, property]) => [canonicalOption(name), property]));

const isOptionName = (name: string): boolean => /^[A-Za-z][A-Za-z0-9 _:.-]*$/.test(name) && name === name.trim();

const dangerous = (name: string): boolean => DANGEROUS.has(canonicalOption(name)) || EXECUTING.test(canonicalOption(name));

/** Why a raw share option is refused; undefined if it is allowed. */
export function optionRefusal(name: string): string | undefined {
    if (!isOptionName(name)) return "is not the name of an smb.conf option";
    const owned = OWNED_NORMAL.get(canonicalOption(name));
    if (owned) return `is set by pvesmb; use the property \`${owned}\``;
    if (FORCING.includes(canonicalOption(name))) return FORCED;
    return dangerous(name) ? REFUSED : unknownOption(name, "share");
}

/** Why a raw global option is refused; undefined if it is allowed. */
export function globalOptionRefusal(name: string): string | undefined {
    if (!isOptionName(name)) return "is not the name of an smb.conf option";
    const owned = OWNED_GLOBAL_NORMAL.get(canonicalOption(name));
    if (owned) return `is set by pvesmb; use the property \`${owned}\``;
    if (FIXED.includes(canonicalOption(name))) return "is refused: pvesmb's gateways depend on it; leave it out";
    if (FORCING.includes(canonicalOption(name))) return FORCED;
    return dangerous(name) ? REFUSED : unknownOption(name, "server");
}

/** Why Samba would ignore an entry of a host list in raw options. Host names work only if the gateway's own options enable lookups. */
export function hostsFault(name: string, value: string, beside: Readonly<Record<string, string>> = {}): string | undefined {
    if (!["hosts allow", "hosts deny"].map(canonicalOption).includes(canonicalOption(name))) return undefined;
    const lookups = Object.entries(beside).find(([other]) => canonicalOption(other) === canonicalOption("hostname lookups"));
    return /^(yes|true|on|1)$/i.test(lookups?.[1] ?? "") ? undefined : hostsOptionFault(value);
}

/** Whether a raw share option requires clients to encrypt or asks them to (enum_smb_encryption_vals in lib/param/param_table.c). */
export const asksToEncrypt = (name: string, value: string): boolean =>
    canonicalOption(name) === canonicalOption("server smb encrypt") && /^(desired|required|mandatory|force|forced|enforced)$/i.test(value);

/** Why an option of this list conflicts with an earlier one: both names mean the same option, and Samba would use the last. */
export function doubledOption(name: string, all: readonly string[]): string | undefined {
    const first = all.find((other) => canonicalOption(other) === canonicalOption(name));
    return first === undefined || first === name ? undefined : `is the same option as "${first}"; keep only one`;
}

/** Prefixes, in Samba's spelling, of options that a typed property writes when it is set. */
const TYPED: [string, (keyof Effective)[]][] = [
    ["vfsobjects", ["recycle", "audit", "previousVersions", "macos", "timeMachine", "catia"]],
    ["aclxattr:", ["acl"]],
    ["recycle:", ["recycle"]],
    ["fullaudit:", ["audit"]],
    ["shadow:", ["previousVersions"]],
    ["catia:", ["catia"]],
    ["fruit:timemachine", ["timeMachine"]],
    ["hostsallow", ["hostsAllow"]],
    ["hostsdeny", ["hostsDeny"]],
    ["serversmbencrypt", ["encryptionRequired"]],
    ["accessbasedshareenum", ["accessBasedEnumeration"]],
    ["hideunreadable", ["hideUnreadable"]],
    ["vetofiles", ["vetoFiles"]],
    ["hidefiles", ["hideFiles"]],
    ["maxconnections", ["maxConnections"]],
    ["oplocks", ["oplocks"]],
    ["level2oplocks", ["oplocks"]],
    ["msdfsroot", ["dfsLinks"]],
    ...["casesensitive", "defaultcase", "preservecase", "shortpreservecase"].map((name): [string, (keyof Effective)[]] => [
        name,
        ["caseHandling"],
    ]),
];

/** Options of these modules that no property writes. */
const BESIDE = new Set(
    [
        "recycle:noversions",
        "recycle:minsize",
        "recycle:subdir_mode",
        "recycle:touch_mtime",
        "shadow:fixinodes",
        "shadow:snapdirseverywhere",
        "shadow:crossmountpoints",
    ].map(optionKey),
);
/** For names that `previousVersions.prefix` cannot distinguish, such as daily snapshots only. */
const BESIDE_NO_PREFIX = new Set(["shadow:snapprefix", "shadow:delimiter"].map(optionKey));

/** The typed property that writes this option for the share, if any: only one may write an option. */
export function typedWriter(name: string, share: Effective): string | undefined {
    const key = canonicalOption(name);
    if (key === "deletevetofiles") return isLitter(share) ? "vetoFiles" : undefined;
    if (BESIDE.has(key)) return undefined;
    if (BESIDE_NO_PREFIX.has(key))
        return share.previousVersions?.prefix === undefined && share.previousVersions?.schedule === undefined
            ? undefined
            : "previousVersions";
    const match = TYPED.find(([start]) => (start.endsWith(":") ? key.startsWith(start) : key === start));
    if (share.acl === "windows" && key === "vfsobjects") return "acl";
    if (share.previousVersions?.schedule !== undefined && key === "vetofiles") return "previousVersions";
    return match?.[1].find((property) => share[property] !== undefined);
}
