import { canonicalOption } from "../model/options/synonyms";
import { isLitter } from "../model/share/litter";
import type { Effective } from "../model/share/effective";
import type { Line } from "./text";
import { moduleLines } from "./vfs";

/** What a share's typed settings say in smb.conf, `vfs objects` and access apart. Each line knows its property. */
export function settingLines(share: Effective): Line[] {
    return [...limits(share), ...views(share), ...locking(share), ...caseLines(share), ...masks(share), ...moduleLines(share)];
}

/** Among the raw options, by whichever of its names. */
const named = ({ options }: Effective, name: string): boolean =>
    Object.keys(options).some((each) => canonicalOption(each) === canonicalOption(name));

const when = <T>(value: T | undefined, line: (value: T) => Line): Line[] => (value === undefined ? [] : [line(value)]);

function limits(share: Effective): Line[] {
    return [
        ...when(share.hostsAllow, (list) => ({ property: "hostsAllow", name: "hosts allow", value: [...list].sort().join(", ") })),
        ...when(share.hostsDeny, (list) => ({ property: "hostsDeny", name: "hosts deny", value: [...list].sort().join(", ") })),
        ...when(share.maxConnections, (value) => ({ property: "maxConnections", name: "max connections", value })),
        // Guests have no key: smbd (4.17) would tell them to encrypt where the server desires it.
        ...(share.guest && !named(share, "server smb encrypt")
            ? [{ property: "guest", name: "server smb encrypt", value: "if_required" }]
            : []),
        ...(share.encryptionRequired ? [{ property: "encryptionRequired", name: "server smb encrypt", value: "required" }] : []),
    ];
}

function views(share: Effective): Line[] {
    const flag = (property: "accessBasedEnumeration" | "hideUnreadable", name: string): Line[] =>
        share[property] === true ? [{ property, name, value: true }] : [];
    const pattern = (list: readonly string[]): string => `/${[...list].sort().join("/")}/`;
    return [
        ...flag("accessBasedEnumeration", "access based share enum"),
        ...flag("hideUnreadable", "hide unreadable"),
        ...when(share.vetoFiles, (list) => ({ property: "vetoFiles", name: "veto files", value: pattern(list) })),
        // Else nobody could remove a folder with something in it that nobody sees (smb.conf(5), "delete veto files").
        ...(isLitter(share) ? [{ property: "vetoFiles", name: "delete veto files", value: true }] : []),
        ...when(share.hideFiles, (list) => ({ property: "hideFiles", name: "hide files", value: pattern(list) })),
        ...(share.dfsLinks === undefined ? [] : [{ property: "dfsLinks", name: "msdfs root", value: true }]),
    ];
}

/** Leases are given only where there are oplocks (smb.conf(5), "smb2 leases"). */
function locking(share: Effective): Line[] {
    if (share.oplocks !== false) return [];
    return ["oplocks", "level2 oplocks"].map((name) => ({ property: "oplocks", name, value: false }));
}

const DEFAULT_CASE = "default case";

/** Samba HOWTO, "Large Directories": one spelling on disk saves the search for others. */
function caseLines({ caseHandling }: Effective): Line[] {
    if (caseHandling === undefined || caseHandling === "insensitive") return [];
    const line = (name: string, value: Line["value"]): Line => ({ property: "caseHandling", name, value });
    const fixed = [line(DEFAULT_CASE, caseHandling), line("preserve case", false), line("short preserve case", false)];
    return [line("case sensitive", true), ...(caseHandling === "sensitive" ? [] : fixed)];
}

/** The only case that names have on disk, if there is one. */
export function fixedCase({ settings }: { settings: readonly Line[] }): "lower" | "upper" | undefined {
    const value = settings.find(({ name }) => name === DEFAULT_CASE)?.value;
    return value === "lower" || value === "upper" ? value : undefined;
}

/**
 * Under a default ACL the group's bits of a mask cut the rights of all whom it names, unless Samba is told to heed the ACL alone
 * (smb.conf(5), "inherit acls"). Looking for one costs a tenth of the time of small files, so only where the masks would cut.
 */
function masks({ createMask, directoryMask }: Effective): Line[] {
    const lacks = (mask: string, bits: number): boolean => ((parseInt(mask, 8) >> 3) & bits) !== bits;
    return lacks(createMask, 6) || lacks(directoryMask, 7) ? [{ property: "createMask", name: "inherit acls", value: true }] : [];
}
