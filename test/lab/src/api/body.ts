/** Parameters of a request, as pveproxy takes them from query and body (libpve-http-server-perl AnyEvent.pm). */
import type { IncomingMessage } from "node:http";
import { PveError, died } from "../pve/errors";
import type { Value } from "../pve/validate";
import type { Params } from "./call";

const sizeLimit = 512 * 1024;

/** Both `&` and `;` separate; a repeated key becomes a list. */
export function decodeForm(text: string): Params {
    const out: Params = {};
    const decode = (part: string): string => {
        try {
            return decodeURIComponent(part.replaceAll("+", " "));
        } catch {
            return part;
        }
    };
    for (const pair of text.split(/[&;]/)) {
        if (pair === "") continue;
        const [key = "", value = ""] = pair.split(/=(.*)/s).map(decode);
        const before = out[key];
        out[key] = before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value];
    }
    return out;
}

/** JSON values as the form would send them: numbers as text, true and false as 1 and 0, null left out. */
function plain(value: unknown): Value | undefined {
    if (value === null || value === undefined) return undefined;
    if (typeof value === "boolean") return value ? "1" : "0";
    if (Array.isArray(value)) return value.flatMap((entry) => plain(entry) ?? []);
    if (typeof value === "object") return fromJson(value);
    return typeof value === "string" ? value : JSON.stringify(value);
}

function fromJson(value: object): Params {
    const out: Params = {};
    for (const [key, entry] of Object.entries(value)) {
        const kept = plain(entry);
        if (kept !== undefined) out[key] = kept;
    }
    return out;
}

async function read(request: IncomingMessage): Promise<Buffer> {
    const length = Number(request.headers["content-length"] ?? 0);
    const upload = request.headers["content-type"]?.startsWith("multipart/form-data") ?? false;
    if (length > sizeLimit && !upload) throw new PveError(501, "for data too large");
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    return Buffer.concat(parts);
}

function decodeMultipart(body: Buffer, boundary: string): Params {
    const out: Params = {};
    for (const part of body.toString("latin1").split(`--${boundary}`)) {
        const name = /name="([^"]+)"/.exec(part)?.[1];
        const filename = /filename="([^"]*)"/.exec(part)?.[1];
        const value = /\r\n\r\n(.*)\r\n$/s.exec(part)?.[1];
        if (name !== undefined) out[name] = filename ?? value ?? "";
    }
    return out;
}

/** Query and body parameters; throws the transport's own refusals. */
export async function readParams(request: IncomingMessage, query: string): Promise<Params> {
    const verb = request.method ?? "GET";
    if (request.headers["transfer-encoding"] !== undefined) throw new PveError(501, "chunked transfer encoding not supported");
    const length = Number(request.headers["content-length"] ?? 0);
    if (length > 0 && verb !== "POST" && verb !== "PUT") throw new PveError(501, `Unexpected content for method '${verb}'`);
    const params = decodeForm(query);
    if (length === 0) return params;
    const type = request.headers["content-type"] ?? "application/x-www-form-urlencoded";
    const body = await read(request);
    const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/.exec(type)?.[1];
    if (boundary !== undefined) return { ...params, ...decodeMultipart(body, boundary) };
    if (type.startsWith("application/x-www-form-urlencoded")) return { ...params, ...decodeForm(body.toString("utf8")) };
    if (!type.startsWith("application/json")) throw new PveError(506, `upload 'Content-Type '${type}' not implemented`);
    try {
        return { ...params, ...fromJson(JSON.parse(body.toString("utf8")) as object) };
    } catch {
        throw died(
            'malformed JSON string, neither tag, array, object, number, string or atom, at character offset 0 (before "...") at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line 1064.',
        );
    }
}
