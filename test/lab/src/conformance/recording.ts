/** One recorded exchange with the true API, and what can be read from a whole file of them. */
import { readFileSync } from "node:fs";
import type { Version } from "../pve/method-table";
import { parseUpid } from "../pve/upid";

/** As it stands in the file: `as` who, `m` method, `p` path, `q` parameters, `json` how they were sent, `s` `r` `b` the answer. */
interface Row {
    v: string;
    as: string;
    m: string;
    p: string;
    q?: Record<string, unknown>;
    json?: boolean | number;
    s: number;
    r: string;
    b: unknown;
    task?: { exit?: string; type?: string; log?: string[] };
}

export interface Body {
    data?: unknown;
    message?: string;
    errors?: Record<string, string>;
}

export interface Recording {
    /** Line in the file, from 1; for reports only. */
    line: number;
    who: string;
    verb: string;
    path: string;
    params: Record<string, unknown>;
    json: boolean;
    status: number;
    reason: string;
    body: Body | undefined;
    task?: { exit: string; log: string[] };
    /** Every text of the answer, the task's included: where preconditions can be read from. */
    said: string;
}

export function parseRecordings(text: string): Recording[] {
    const rows = text.split("\n").map((line, index) => ({ line: index + 1, text: line }));
    return rows.filter((row) => row.text.trim() !== "").map((row) => fromRow(JSON.parse(row.text) as Row, row.line));
}

export function loadRecordings(file: string): Recording[] {
    return parseRecordings(readFileSync(file, "utf8"));
}

function fromRow(row: Row, line: number): Recording {
    const body = typeof row.b === "object" && row.b !== null ? (row.b as Body) : undefined;
    const task = row.task ? { exit: row.task.exit ?? "", log: row.task.log ?? [] } : undefined;
    const said = [row.r, body?.message ?? "", ...Object.values(body?.errors ?? {}), task?.exit ?? "", ...(task?.log ?? [])].join("\n");
    return {
        line,
        who: row.as,
        verb: row.m,
        path: row.p,
        params: row.q ?? {},
        json: Boolean(row.json),
        status: row.s,
        reason: row.r,
        body,
        ...(task ? { task } : {}),
        said,
    };
}

/** A value as text: lists joined by commas, nothing for what is missing. */
export function asText(value: unknown): string {
    if (typeof value === "string") return value;
    if (Array.isArray(value)) return value.map(asText).join(",");
    return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

export function param(recording: Recording, key: string): string {
    return asText(recording.params[key]);
}

/** The profile that fits the file's own version numbers. */
export function versionOf(text: string): Version {
    const found = /"v":"(\d+)\.(\d+)/.exec(text);
    if (found?.[1] === "8") return "8.4";
    return found?.[2] === "0" || found?.[2] === "1" ? "9.1" : "9.2";
}

/** Who hides behind each short name: what its tasks' UPIDs say, else what the name suggests. */
export function identities(recordings: Recording[]): Map<string, string> {
    const out = new Map<string, string>();
    for (const recording of recordings) {
        const upid = upidOf(recording.body?.data);
        if (upid && !out.has(recording.who)) out.set(recording.who, upid.user);
    }
    for (const { who } of recordings) {
        if (out.has(who) || who === "none") continue;
        out.set(who, who === "root" ? "root@pam" : who.startsWith("root") ? `root@pam!${who}` : `${who}@pve!${who}`);
    }
    return out;
}

/** Scrubbed process numbers (`PPPPPPPP`) read as zeros. */
export function upidOf(data: unknown): ReturnType<typeof parseUpid> {
    if (typeof data !== "string" || !data.startsWith("UPID:")) return undefined;
    const fields = data.split(":");
    return parseUpid(
        [
            ...fields.slice(0, 2),
            ...fields.slice(2, 5).map((field) => (/^[0-9A-Fa-f]{8,9}$/.test(field) ? field : "00000000")),
            ...fields.slice(5),
        ].join(":"),
    );
}

/** Nodes that exist and answer: those in paths, except the ones whose name could not be resolved. */
export function nodesOf(recordings: Recording[]): string[] {
    const unknown = new Set(recordings.flatMap((recording) => /hostname lookup '([^']+)' failed/.exec(recording.said)?.[1] ?? []));
    const named = recordings.flatMap((recording) => /^\/nodes\/([^/]+)/.exec(recording.path)?.[1] ?? []);
    const counted = new Map<string, number>();
    for (const node of named) if (!unknown.has(node)) counted.set(node, (counted.get(node) ?? 0) + 1);
    return [...counted].sort((one, other) => other[1] - one[1]).map(([node]) => node);
}

/** Storages that a file's text names, the ones of volumes first. */
export function storagesIn(text: string): string[] {
    const patterns = [
        /["'=/ ]([a-z][\w.-]*[a-z0-9]):(?:\d+\/|vztmpl\/|iso\/|snippets\/|backup\/|import\/|cloudinit|\d)/g,
        /\/storage\/([a-z][\w.-]*[a-z0-9])/g,
        /"storage":"([a-z][\w.-]*[a-z0-9])"/g,
        /storage(?: ID)? '([a-z][\w.-]*[a-z0-9])'/g,
    ];
    const found = patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ""));
    return [...new Set(found)].filter((name) => !["ct", "vm", "http", "host"].includes(name));
}
