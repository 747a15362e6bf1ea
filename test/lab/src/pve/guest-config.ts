/**
 * A guest's config file: `key: value` lines sorted by key, the description as comment lines in front, then the sections of pending
 * changes and snapshots (pve-container src/PVE/LXC/Config.pm, qemu-server QemuServer.pm).
 */
import { createHash } from "node:crypto";
import { splitList } from "./lists";

export type Values = Record<string, string>;

export interface GuestConfig {
    values: Values;
    pending: Values;
    /** Keys that will be deleted at the next start. */
    pendingDelete: string[];
    snapshots: Record<string, Values>;
    /** LXC's own keys (`lxc.idmap` ...), which no API sets: by section, the active one's name being empty. */
    raw: Record<string, [key: string, value: string][]>;
}

export function emptyConfig(values: Values = {}): GuestConfig {
    return { values: { ...values }, pending: {}, pendingDelete: [], snapshots: {}, raw: {} };
}

/** PVE escapes everything but printable ASCII, and `%` and `:` (PVE::Tools::encode_text). */
function encodeText(text: string): string {
    const bytes = [...Buffer.from(text, "utf8")];
    return bytes
        .map((byte) =>
            byte >= 0x20 && byte <= 0x7e && byte !== 0x25 && byte !== 0x3a
                ? String.fromCharCode(byte)
                : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
        )
        .join("");
}

function decodeText(text: string): string {
    const bytes: number[] = [];
    for (let index = 0; index < text.length; index++) {
        const escaped = /^%([0-9A-Fa-f]{2})/.exec(text.slice(index, index + 3));
        if (escaped) {
            bytes.push(parseInt(escaped[1] ?? "", 16));
            index += 2;
        } else {
            bytes.push(...Buffer.from(text[index] ?? "", "utf8"));
        }
    }
    return Buffer.from(bytes).toString("utf8");
}

/** A description as it reads back: without trailing empty lines, with one line feed at the end. */
export function normalDescription(text: string): string | undefined {
    const lines = text.split("\n");
    while (lines.length > 0 && lines.at(-1) === "") lines.pop();
    return lines.length > 0 ? `${lines.join("\n")}\n` : undefined;
}

function sectionText(values: Values, raw: [string, string][] = []): string {
    const { description, ...others } = values;
    const comment = (description ?? "").replace(/\n+$/, "");
    const lines = comment === "" ? [] : comment.split("\n").map((line) => `#${encodeText(line)}\n`);
    for (const key of Object.keys(others).sort()) lines.push(`${key}: ${others[key]}\n`);
    for (const [key, value] of raw) lines.push(`${key}: ${value}\n`);
    return lines.join("");
}

export function configText(config: GuestConfig): string {
    const parts = [sectionText(config.values, config.raw[""])];
    if (Object.keys(config.pending).length > 0 || config.pendingDelete.length > 0) {
        const deleted = config.pendingDelete.length > 0 ? `delete: ${[...config.pendingDelete].sort().join(",")}\n` : "";
        parts.push(`\n[pve:pending]\n${deleted}${sectionText(config.pending)}`);
    }
    for (const name of Object.keys(config.snapshots).sort())
        parts.push(`\n[${name}]\n${sectionText(config.snapshots[name] ?? {}, config.raw[name])}`);
    return parts.join("");
}

export function digest(config: GuestConfig): string {
    return createHash("sha1").update(configText(config)).digest("hex");
}

export function parseConfig(text: string): GuestConfig {
    const config = emptyConfig();
    const comments = new Map<Values, string[]>();
    let section: Values = config.values;
    let name = "";
    for (const line of text.split("\n")) {
        const header = /^\[([^\]]+)\]\s*$/.exec(line);
        const lxc = /^(lxc\.[a-z0-9_\-.]+)(?::|\s*=)\s*(.*?)\s*$/.exec(line);
        const pair = /^([a-z][a-z0-9_.-]*):\s*(.*?)\s*$/i.exec(line);
        if (header) {
            name = header[1] ?? "";
            section = name === "pve:pending" ? config.pending : (config.snapshots[name] ??= {});
        } else if (lxc) {
            (config.raw[name] ??= []).push([lxc[1] ?? "", lxc[2] ?? ""]);
        } else if (line.startsWith("#")) {
            comments.set(section, [...(comments.get(section) ?? []), decodeText(line.slice(1))]);
        } else if (pair) {
            const [, key = "", value = ""] = pair;
            if (name === "pve:pending" && key === "delete") config.pendingDelete = splitList(value);
            else section[key] = value;
        }
    }
    for (const [values, lines] of comments) {
        const description = normalDescription(lines.join("\n"));
        if (description !== undefined) values["description"] = description;
    }
    return config;
}
