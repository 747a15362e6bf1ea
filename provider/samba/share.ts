import type { Access, Level } from "./access";
import { principal } from "./access";
import { option, optionKey, parseBoolean, parseSections, section } from "./text";

/** A share as its section of smb.conf says it. */
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
    options: Record<string, string>;
}

/** Who a fragment belongs to. */
export interface FragmentOwner {
    key: string;
    nonce: string;
}

const FORMAT = 1;

/** Nobody may connect: neither named access nor guests. */
const closed = (share: ShareSection): boolean => !share.guest && share.access.length === 0;

const list = (access: readonly Access[], ...levels: Level[]): string =>
    access
        .filter((entry) => levels.includes(entry.level))
        .map(principal)
        .sort()
        .join(", ");

/** The fragment file of a share: a header that says whose it is, and its section. */
export function renderShare(share: ShareSection, owner: FragmentOwner): string {
    const header = `# pvesmb ${FORMAT} ${JSON.stringify(owner).replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)}\n`;
    const named = list(share.access, "read", "change", "full");
    const readers = list(share.access, "read");
    return [
        header,
        // Guests are let in server-wide only where a share asks for them (samba.md section 3).
        ...(share.guest ? [section("global"), option("map to guest", "bad user"), option("restrict anonymous", 0)] : []),
        section(share.name),
        option("path", share.path),
        ...(share.comment === "" ? [] : [option("comment", share.comment)]),
        option("available", share.enabled && !closed(share)),
        option("read only", share.readOnly),
        option("browseable", share.browseable),
        option("guest ok", share.guest),
        ...(share.guest || named === "" ? [] : [option("valid users", named)]),
        ...(readers === "" ? [] : [option("read list", readers)]),
        option("create mask", share.createMask),
        option("directory mask", share.directoryMask),
        ...(share.access.some((entry) => entry.level === "full") ? [option("dos filemode", true)] : []),
        ...Object.entries(share.options)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, value]) => option(name, value)),
    ].join("");
}

/** The same section for the private instance that proves it: path, modules and options are the real ones, only the access lines are its own. */
export function renderProbe(share: ShareSection): string {
    return [
        section(share.name),
        option("path", share.path),
        option("read only", true),
        ...Object.entries(share.options)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, value]) => option(name, value)),
    ].join("");
}

export function parseOwner(fragment: string): FragmentOwner | undefined {
    const match = /^# pvesmb (\d+) (\{.*\})$/m.exec(fragment);
    if (!match || Number(match[1]) !== FORMAT) return undefined;
    try {
        const { key, nonce } = JSON.parse(match[2] ?? "") as Partial<FragmentOwner>;
        return typeof key === "string" && typeof nonce === "string" ? { key, nonce } : undefined;
    } catch {
        return undefined;
    }
}

const names = (text: string | undefined): string[] =>
    (text ?? "")
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== "");

/** What a fragment says now, in terms of the resource's properties. `expected` gives `change` or `full`, which smb.conf alone does not tell apart, and the user's spelling of options. */
export function parseShare(fragment: string, expected: ShareSection): ShareSection | undefined {
    const found = parseSections(fragment).find((each) => each.name.toLowerCase() !== "global");
    if (!found) return undefined;
    const take = (name: string): string | undefined => {
        const value = found.options.get(optionKey(name));
        found.options.delete(optionKey(name));
        return value;
    };
    const bool = (name: string, otherwise: boolean): boolean => parseBoolean(take(name)) ?? otherwise;
    const path = take("path") ?? "";
    const comment = take("comment") ?? "";
    const available = bool("available", true);
    const readOnly = bool("read only", true);
    const browseable = bool("browseable", true);
    const guest = bool("guest ok", false);
    const readers = names(take("read list"));
    const valid = names(take("valid users"));
    const createMask = take("create mask") ?? "0744";
    const directoryMask = take("directory mask") ?? "0755";
    const fileMode = bool("dos filemode", false);
    const levels = new Map(expected.access.map((entry) => [principal(entry), entry.level]));
    const access = [...new Set([...(guest ? levels.keys() : []), ...valid, ...readers])].map((name): Access => {
        const level: Level = readers.includes(name) ? "read" : levels.get(name) === "full" && fileMode ? "full" : "change";
        return name.startsWith("+") || name.startsWith("@") ? { group: name.slice(1), level } : { user: name, level };
    });
    const spelling = new Map(Object.keys(expected.options).map((name) => [optionKey(name), name]));
    const options = Object.fromEntries([...found.options].map(([key, value]) => [spelling.get(key) ?? key, value]));
    const section = { name: found.name, path, comment, readOnly, browseable, guest, access, createMask, directoryMask, options };
    return { ...section, enabled: available || (closed({ ...section, enabled: true }) && expected.enabled) };
}
