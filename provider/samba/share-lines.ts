import { canonicalOption } from "../model/options/synonyms";
import { isLitter } from "../model/share/litter";
import type { Effective } from "../model/share/effective";
import type { Line } from "./text";
import { moduleLines } from "./vfs";

/** smb.conf lines of a share's typed settings, without `vfs objects` and access. Each line names its property. */
export function settingLines(share: Effective): Line[] {
    return [...limits(share), ...views(share), ...locking(share), ...caseLines(share), ...masks(share), ...moduleLines(share)];
}

/** Whether the raw options set this option, under any of its synonyms. */
const named = ({ options }: Effective, name: string): boolean =>
    Object.keys(options).some((each) => canonicalOption(each) === canonicalOption(name));

const when = <T>(value: T | undefined, line: (value: T) => Line): Line[] => (value === undefined ? [] : [line(value)]);

function limits(share: Effective): Line[] {
    return [
        ...when(share.hostsAllow, (list) => ({ property: "hostsAllow", name: "hosts allow", value: [...list].sort().join(", ") })),
        ...when(share.hostsDeny, (list) => ({ property: "hostsDeny", name: "hosts deny", value: [...list].sort().join(", ") })),
        ...when(share.maxConnections, (value) => ({ property: "maxConnections", name: "max connections", value })),
        // Guests have no key, but smbd (4.17) would request encryption from them if the server's setting is `desired`.
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
        // Without it nobody could delete a folder that contains vetoed files (smb.conf(5), "delete veto files").
        ...(isLitter(share) ? [{ property: "vetoFiles", name: "delete veto files", value: true }] : []),
        ...when(share.hideFiles, (list) => ({ property: "hideFiles", name: "hide files", value: pattern(list) })),
        ...(share.dfsLinks === undefined ? [] : [{ property: "dfsLinks", name: "msdfs root", value: true }]),
    ];
}

/** Leases require oplocks (smb.conf(5), "smb2 leases"). */
function locking(share: Effective): Line[] {
    if (share.oplocks !== false) return [];
    return ["oplocks", "level2 oplocks"].map((name) => ({ property: "oplocks", name, value: false }));
}

const DEFAULT_CASE = "default case";

/** Samba HOWTO, "Large Directories": a single spelling on disk saves searching for others. */
function caseLines({ caseHandling }: Effective): Line[] {
    if (caseHandling === undefined || caseHandling === "insensitive") return [];
    const line = (name: string, value: Line["value"]): Line => ({ property: "caseHandling", name, value });
    const fixed = [line(DEFAULT_CASE, caseHandling), line("preserve case", false), line("short preserve case", false)];
    return [line("case sensitive", true), ...(caseHandling === "sensitive" ? [] : fixed)];
}

/** The case of all names on disk, if the share enforces one. */
export function fixedCase({ settings }: { settings: readonly Line[] }): "lower" | "upper" | undefined {
    const value = settings.find(({ name }) => name === DEFAULT_CASE)?.value;
    return value === "lower" || value === "upper" ? value : undefined;
}

/**
 * With a default ACL, a mask's group bits cut the permissions of all named users and groups, unless Samba follows the ACL alone
 * (smb.conf(5), "inherit acls"). Checking for one costs a tenth of the time of small files, so only where the masks would cut.
 */
function masks({ createMask, directoryMask }: Effective): Line[] {
    const lacks = (mask: string, bits: number): boolean => ((parseInt(mask, 8) >> 3) & bits) !== bits;
    return lacks(createMask, 6) || lacks(directoryMask, 7) ? [{ property: "createMask", name: "inherit acls", value: true }] : [];
}
