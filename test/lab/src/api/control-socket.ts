/**
 * The control interface for other processes: JSON over HTTP on a unix socket. `POST /<method>` with the arguments as a JSON list
 * answers `{ "result": ... }`, or status 500 and `{ "error": "..." }`.
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import { rm } from "node:fs/promises";
import type { Control } from "./control";

async function bodyOf(request: IncomingMessage): Promise<unknown[]> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString("utf8");
    const value: unknown = text === "" ? [] : JSON.parse(text);
    if (!Array.isArray(value)) throw new Error("the body must be a JSON list of arguments");
    return value;
}

async function invoke(control: Control, name: string, values: unknown[]): Promise<unknown> {
    const method: unknown =
        Object.getOwnPropertyNames(Object.getPrototypeOf(control)).includes(name) && !["constructor", "changed"].includes(name)
            ? Reflect.get(control, name)
            : undefined;
    if (typeof method !== "function") throw new Error(`the control interface has no '${name}'`);
    try {
        return (await (Reflect.apply(method, control, values) as unknown)) ?? null;
    } finally {
        control.changed();
    }
}

/** Gives back how to stop it. */
export async function serveControl(control: Control, path: string): Promise<() => Promise<void>> {
    await rm(path, { force: true });
    const server: Server = createServer((request, response) => {
        void bodyOf(request)
            .then((values) => invoke(control, (request.url ?? "").slice(1), values))
            .then(
                (result) => response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify({ result })),
                (error: unknown) =>
                    response
                        .writeHead(500, { "Content-Type": "application/json" })
                        .end(JSON.stringify({ error: control.errorText(error) })),
            );
    });
    await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(path, resolve);
    });
    return async () => {
        server.closeAllConnections();
        await new Promise<void>((resolve) => server.close(() => resolve()));
        await rm(path, { force: true });
    };
}
