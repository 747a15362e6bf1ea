import { canonicalOption, optionKey } from "../model/options/synonyms";
import type { Access, Level } from "./access";
import { guestOpening, ON_MACOS } from "./assembly";
import { inConfig, ofConfig, principalOf } from "./principals";
import { option, parseBoolean, section, valueText } from "./text";
import type { Line, Section } from "./text";

/** A share as its section of smb.conf expresses it. */
export interface ShareSection {
    name: string;
    path: string;
    comment: string;
    enabled: boolean;
    readOnly: boolean;
    browseable: boolean;
    guest: boolean;
    access: Access[];
    createMask: string;
    directoryMask: string;
    /** The other typed settings; their drift is reported, not adopted. */
    settings: Line[];
    modules: { plain: string; macos: string };
    homes: boolean;
    /** DFS: names in the root directory -> targets such as `server\\share`. */
    links: Record<string, string[]>;
    options: Record<string, string>;
}

/** The section's `path`; with `homes` a folder per user. */
const pathOf = (share: ShareSection): Line["value"] => (share.homes ? { macros: `${share.path}/%S` } : share.path);

/** The directory that holds everything served by a section with this path. */
export const directoryOf = (path: string, homes: boolean): string => (homes ? path.replace(/\/%S$/, "") : path);

/** The raw options set the modules, under any of the option's synonyms. */
const ownModules = (options: Record<string, string>): boolean =>
    Object.keys(options).some((name) => canonicalOption(name) === canonicalOption("vfs objects"));

/**
 * `vfs objects` replaces the server's list, so the share lists all modules, in a second line for gateways with `samba.macos` if that
 * differs.
 */
function moduleText({ modules: { plain, macos }, options }: ShareSection): string {
    if (ownModules(options)) return "";
    const differs = macos !== plain || macos === "";
    return [plain === "" ? "" : option("vfs objects", plain), differs ? `${ON_MACOS}${option("vfs objects", macos)}` : ""].join("");
}

/** The section that gives each user a share named after the user (smb.conf(5)). */
export const HOMES = "homes";

export const sectionName = (share: ShareSection): string => (share.homes ? HOMES : share.name);

const settingText = (share: ShareSection): string => share.settings.map(({ name, value }) => option(name, value)).join("");

const rawText = (options: Record<string, string>): string =>
    Object.entries(options)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => option(name, value))
        .join("");

/** The owner of a fragment. */
export interface FragmentOwner {
    key: string;
    nonce: string;
    /** The share only shows its directory, which may belong to another share. */
    view?: true;
}

const FORMAT = 1;

/** Nobody may connect: neither users nor guests. */
const closed = (share: ShareSection): boolean => !share.guest && share.access.length === 0;

const list = (access: readonly Access[], ...levels: Level[]): string =>
    access
        .filter((entry) => levels.includes(entry.level))
        .map((entry) => inConfig(principalOf(entry)))
        .sort()
        .join(", ");

/**
 * A member of a group in `read list` only reads, whatever other entries say, unless `write list` has the user too (smb.conf(5)). So the
 * more generous entry counts, as in the file system's ACL. Not on a read-only share, since `write list` would override that.
 */
const writeList = ({ access, readOnly }: ShareSection): string =>
    readOnly || list(access, "read") === "" ? "" : list(access, "change", "full");

/** A share's fragment file: a header that names its owner, and its section. */
export function renderShare(share: ShareSection, owner: FragmentOwner): string {
    const header = `# pvesmb ${FORMAT} ${JSON.stringify(owner).replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)}\n`;
    const named = list(share.access, "read", "change", "full");
    const readers = list(share.access, "read");
    const writers = writeList(share);
    return [
        header,
        share.guest ? guestOpening : "",
        section(sectionName(share)),
        option("path", pathOf(share)),
        ...(share.comment === "" ? [] : [option("comment", share.comment)]),
        option("available", share.enabled && !closed(share)),
        option("read only", share.readOnly),
        option("browseable", share.browseable),
        option("guest ok", share.guest),
        ...(share.guest || named === "" ? [] : [option("valid users", named)]),
        ...(readers === "" ? [] : [option("read list", readers)]),
        ...(writers === "" ? [] : [option("write list", writers)]),
        option("create mask", share.createMask),
        option("directory mask", share.directoryMask),
        ...(share.access.some((entry) => entry.level === "full") ? [option("dos filemode", true)] : []),
        settingText(share),
        moduleText(share),
        rawText(share.options),
    ].join("");
}

/** Settings about who may connect and how, which the private instance does not test. */
const ACCESS_SETTINGS = ["guest", "hostsAllow", "hostsDeny", "encryptionRequired", "maxConnections"];
/** Nor does it test addresses, since it listens on loopback only (option unknown to 4.17). */
const ACCESS_OPTIONS = ["serveraddresses"];

/** The section's name on the private instance, where `homes` would mean a user's home. No share's name contains a +. */
export const probeName = (share: ShareSection): string => (share.homes ? `+${share.name}` : share.name);

/** The section for the private instance: real path, modules and options, but its own access lines. */
export function renderProbe(share: ShareSection): string {
    return [
        section(probeName(share)),
        option("path", share.path),
        option("read only", true),
        ...share.settings.filter(({ property }) => !ACCESS_SETTINGS.includes(property)).map(({ name, value }) => option(name, value)),
        // Tested as on a gateway with `samba.macos`, which loads the most modules.
        moduleText(share).replaceAll(ON_MACOS, ""),
        rawText(Object.fromEntries(Object.entries(share.options).filter(([name]) => !ACCESS_OPTIONS.includes(optionKey(name))))),
    ].join("");
}

/** A section with only the path and the given raw options, to check them separately. */
export function renderAlone({ name, path }: ShareSection, options: Record<string, string>): string {
    return [section(name), option("path", path), option("read only", true), rawText(options)].join("");
}

export function parseOwner(fragment: string): FragmentOwner | undefined {
    const match = /^# pvesmb (\d+) (\{.*\})$/m.exec(fragment);
    if (!match || Number(match[1]) !== FORMAT) return undefined;
    try {
        const { key, nonce, view } = JSON.parse(match[2] ?? "") as Partial<FragmentOwner>;
        if (typeof key !== "string" || typeof nonce !== "string") return undefined;
        return view === true ? { key, nonce, view } : { key, nonce };
    } catch {
        return undefined;
    }
}

const names = (text: string | undefined): string[] =>
    (text ?? "")
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== "");

/** In a fragment Samba sees the list without macOS; the other one is a comment there. */
function moduleDrift({ modules: { plain } }: ShareSection, found = ""): Line[] {
    return found === plain ? [] : [{ property: "modules", name: "vfs objects", value: found || "(missing)" }];
}

/** Settings that differ from the wanted ones, in words. */
export function settingDrift(found: ShareSection, wanted: ShareSection): string[] {
    return found.settings.flatMap(({ property, name, value }) => {
        const written = name === "write list" ? writeList(wanted) : wanted.modules.plain;
        const should = wanted.settings.find((line) => line.name === name)?.value ?? written;
        return valueText(value) === valueText(should)
            ? []
            : [`${property}: ${name} = ${valueText(value)} instead of ${valueText(should) || "(nothing)"}`];
    });
}

/**
 * The share that sections of smb.conf define, as resource properties. `expected` decides between `change` and `full`, which smb.conf alone
 * does not distinguish, and the spelling of options.
 */
export function shareIn(sections: readonly Section[], expected: ShareSection): ShareSection | undefined {
    const own = sections.find((each) => each.name.toLowerCase() !== "global");
    if (!own) return undefined;
    const found = { name: own.name, options: new Map(own.options) };
    const take = (name: string): string | undefined => {
        const value = found.options.get(optionKey(name));
        found.options.delete(optionKey(name));
        return value;
    };
    const bool = (name: string, otherwise: boolean): boolean => parseBoolean(take(name)) ?? otherwise;
    const path = directoryOf(take("path") ?? "", expected.homes);
    const comment = take("comment") ?? "";
    const available = bool("available", true);
    const readOnly = bool("read only", true);
    const browseable = bool("browseable", true);
    const guest = bool("guest ok", false);
    const readers = names(take("read list"));
    const valid = names(take("valid users"));
    const writers = take("write list");
    const createMask = take("create mask") ?? "0744";
    const directoryMask = take("directory mask") ?? "0755";
    const fileMode = bool("dos filemode", false);
    const settings = expected.settings.map((line): Line => {
        const now = take(line.name) ?? "(missing)";
        return now === valueText(line.value) ? line : { ...line, value: now };
    });
    if ((writers ?? "") !== writeList(expected)) settings.push({ property: "access", name: "write list", value: writers ?? "(missing)" });
    if (!ownModules(expected.options)) settings.push(...moduleDrift(expected, take("vfs objects")));
    const declared = new Map(expected.access.map((entry) => [inConfig(principalOf(entry)), entry]));
    const access = [...new Set([...(guest ? declared.keys() : []), ...valid, ...readers])].map((name): Access => {
        const entry = declared.get(name);
        const level: Level = readers.includes(name) ? "read" : entry?.level === "full" && fileMode ? "full" : "change";
        if (entry !== undefined) return { ...entry, level };
        const { kind, name: account } = ofConfig(name);
        return kind === "group" ? { group: account, level } : { user: account, level };
    });
    const spelling = new Map(Object.keys(expected.options).map((name) => [optionKey(name), name]));
    const options = Object.fromEntries([...found.options].map(([key, value]) => [spelling.get(key) ?? key, value]));
    const { modules, homes, links } = expected;
    const name = homes && found.name === HOMES ? expected.name : found.name;
    const share = {
        name,
        path,
        comment,
        readOnly,
        browseable,
        guest,
        access,
        createMask,
        directoryMask,
        settings,
        modules,
        homes,
        links,
        options,
    };
    return { ...share, enabled: available || (closed({ ...share, enabled: true }) && expected.enabled) };
}
