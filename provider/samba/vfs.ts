import type { Effective } from "../model/share/effective";
import { timeBegins } from "../model/share/modules";
import { bytesOf } from "../model/size";
import type { Line } from "./text";

/** Outermost first (samba.md section 3). */
const ORDER = ["full_audit", "catia", "fruit", "streams_xattr", "shadow_copy2", "acl_xattr", "recycle"] as const;
type Module = (typeof ORDER)[number];
const MAC: Module[] = ["fruit", "streams_xattr"];

/**
 * Operations by kind, named as in vfs_full_audit of all versions from 4.17 to 4.22; an unknown one would refuse every client (samba.md
 * section 0, fact 3).
 */
const OPERATIONS: Record<NonNullable<Effective["audit"]>["success"][number], string[]> = {
    connect: ["connect", "disconnect"],
    open: ["openat"],
    read: ["pread", "pread_send", "sendfile"],
    write: ["pwrite", "pwrite_send", "ftruncate", "recvfile"],
    mkdir: ["mkdirat"],
    rename: ["renameat"],
    delete: ["unlinkat"],
    permissions: ["fchmod", "fchown", "lchown", "fset_nt_acl", "sys_acl_set_fd"],
};

/** vfs_fruit(8): what macOS uses for characters that Windows does not allow. */
const MAC_MAPPINGS = [
    ..."01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f".split(" "),
    ..."22 2a 3a 3c 3e 3f 5c 7c".split(" "),
].map((code) => `0x${code}:0xf0${code}`);

/** The options of a share's modules. */
export function moduleLines(share: Effective): Line[] {
    return [
        ...aclLines(share),
        ...auditLines(share),
        ...catiaLines(share),
        ...timeMachineLines(share),
        ...snapshotLines(share),
        ...recycleLines(share),
    ];
}

/** `vfs objects` of a share on gateways without and with `samba.macos`: the share's list replaces the server's. */
export function moduleLists(share: Effective): { plain: string; macos: string } {
    const own = new Set<Module>();
    if (share.audit) own.add("full_audit");
    if (share.catia) own.add("catia");
    if (share.previousVersions) own.add("shadow_copy2");
    if (share.acl === "windows") own.add("acl_xattr");
    if (share.recycle) own.add("recycle");
    if (share.macos || share.timeMachine) for (const each of MAC) own.add(each);
    const list = (more: Module[]): string => ORDER.filter((name) => own.has(name) || more.includes(name)).join(" ");
    return { plain: list([]), macos: share.macos === false && !share.timeMachine ? list([]) : list(MAC) };
}

const operations = (kinds: readonly (keyof typeof OPERATIONS)[]): string =>
    kinds.length === 0
        ? "none"
        : kinds
              .flatMap((kind) => OPERATIONS[kind])
              .sort()
              .join(" ");

/**
 * An unprivileged container cannot store security.NTACL (samba.md section 0, fact 7). The module hides this attribute, so clients cannot
 * write it themselves.
 */
function aclLines({ acl }: Effective): Line[] {
    return acl === "windows" ? [{ property: "acl", name: "acl_xattr:security_acl_name", value: "user.NTACL" }] : [];
}

/**
 * The share's name in audit records. Samba replaces these characters by _ in `%S` (talloc_string_sub2() in lib/util/substitute.c), so
 * `scan$` would look like `scan_`; for homes only Samba knows the name.
 */
const auditedName = ({ name = "", homes }: Effective): string => (homes !== true && /[$`';]/.test(name) ? name : "%S");

function auditLines(share: Effective): Line[] {
    const { audit } = share;
    if (!audit) return [];
    const line = (name: string, value: Line["value"]): Line => ({ property: "audit", name: `full_audit:${name}`, value });
    return [
        line("prefix", { macros: `%u|%I|${auditedName(share)}` }),
        line("success", operations(audit.success)),
        line("failure", operations(audit.failure)),
        line("facility", "local5"),
        line("priority", "notice"),
    ];
}

function catiaLines({ catia }: Effective): Line[] {
    return catia ? [{ property: "catia", name: "catia:mappings", value: (catia.mappings ?? MAC_MAPPINGS).join(",") }] : [];
}

function timeMachineLines({ timeMachine }: Effective): Line[] {
    if (!timeMachine) return [];
    const line = (name: string, value: Line["value"]): Line => ({ property: "timeMachine", name, value });
    const { maxSize } = timeMachine;
    return [
        line("fruit:time machine", true),
        // Without a unit Samba reads it as bytes.
        ...(maxSize === undefined ? [] : [line("fruit:time machine max size", bytesOf(maxSize))]),
    ];
}

function snapshotLines({ previousVersions }: Effective): Line[] {
    if (!previousVersions) return [];
    const line = (name: string, value: Line["value"]): Line => ({ property: "previousVersions", name: `shadow:${name}`, value });
    return [
        line("snapdir", previousVersions.folder),
        line("format", { macros: previousVersions.format }),
        ...prefixLines(previousVersions).map(([name, value]) => line(name, value)),
        line("localtime", previousVersions.localTime),
        line("sort", "desc"),
    ];
}

/**
 * For names with more text before the time than strptime(3) can skip: if `snapprefix` (a regular expression) matches, the part from
 * `delimiter` on is read as `format` (vfs_shadow_copy2(8); seen with sanoid's and zfs-auto-snapshot's names).
 */
function prefixLines({ prefix, format }: NonNullable<Effective["previousVersions"]>): [string, string][] {
    const begins = timeBegins(format);
    if (prefix === undefined || begins === undefined) return [];
    return [
        ["snapprefix", `^${prefix.replaceAll(".", "[.]")}`],
        ["delimiter", begins],
    ];
}

function recycleLines({ recycle }: Effective): Line[] {
    if (!recycle) return [];
    const line = (name: string, value: Line["value"]): Line => ({ property: "recycle", name: `recycle:${name}`, value });
    const list = (name: string, values: readonly string[] | undefined): Line[] =>
        values === undefined ? [] : [line(name, { words: values })];
    return [
        line("repository", recycle.perUser ? { macros: `${recycle.path}/%U` } : recycle.path),
        line("directory_mode", recycle.perUser ? "0700" : "0770"),
        line("keeptree", recycle.keepTree),
        line("versions", recycle.versions),
        // Sets the access time to the time of deletion, which `keepFor` counts from; the file's modification time is kept.
        line("touch", true),
        ...list("exclude", recycle.exclude),
        ...list("exclude_dir", recycle.excludeFolders),
        ...(recycle.maxSize === undefined ? [] : [line("maxsize", bytesOf(recycle.maxSize))]),
    ];
}
