/** PVE's answers on the wire: the reason phrase says it, the body repeats it (pve-api.md 1.2). */
import type { ServerResponse } from "node:http";
import type { PveError } from "../pve/errors";
import { WithTotal } from "./methods/tasks";

/** Reason phrases go out as raw bytes; control characters end them. */
function reasonPhrase(text: string): string {
    const line = text.split("\n")[0] ?? "";
    return Buffer.from(line.replace(/[^\x20-\x7e\u0080-\uffff]/g, "?"), "utf8").toString("latin1");
}

function send(response: ServerResponse, status: number, reason: string, body: unknown, close: boolean): void {
    const text = body === undefined ? "" : JSON.stringify(body);
    response.writeHead(status, reasonPhrase(reason), {
        "Cache-Control": "max-age=0",
        Pragma: "no-cache",
        Server: "pve-api-daemon/3.0",
        "Content-Length": Buffer.byteLength(text),
        ...(body === undefined ? {} : { "Content-Type": "application/json;charset=UTF-8" }),
        // Said outright, else Node adds a Keep-Alive header, which pveproxy does not send.
        ...(close ? { Connection: "close" } : response.hasHeader("Connection") ? {} : { Connection: "Keep-Alive" }),
    });
    response.end(text);
}

export function sendResult(response: ServerResponse, result: unknown): void {
    const body =
        result instanceof WithTotal
            ? { data: result.data, ...(result.total > 0 ? { total: result.total } : {}) } // PVE sends no total of 0.
            : { data: result ?? null };
    send(response, 200, "OK", body, false);
}

/** A 401 for missing or bad credentials, and the proxy's own 59x, have no body at all. */
export function sendError(response: ServerResponse, error: PveError, bare = false): void {
    const empty = bare || error.status >= 595;
    const body = empty ? undefined : { data: null, message: `${error.message}\n`, ...(error.errors ? { errors: error.errors } : {}) };
    send(response, error.status, error.message, body, error.status >= 500);
}

export function sendRaw(response: ServerResponse, status: number, reason: string, body: unknown): void {
    send(response, status, reason, body, status >= 500);
}
