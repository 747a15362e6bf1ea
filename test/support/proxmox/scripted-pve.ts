import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Certificate } from "./certificates";

export interface Received {
    method: string;
    /** Percent-decoded, without /api2/json and query. */
    path: string;
    query: string;
    body: string;
    params: URLSearchParams;
    headers: IncomingMessage["headers"];
}

/** What the server does with a request. */
export type Reply =
    | { status?: number; reason?: string; body?: object | string }
    /** Reads the request, then resets the connection without an answer. */
    | "reset"
    /** Resets the connection in the middle of the body. */
    | "cut"
    /** Never answers. */
    | "hang";

export const data = (value: unknown): Reply => ({ body: { data: value } });
export const said = (status: number, message: string, errors?: Record<string, string>): Reply => ({
    status,
    reason: message.split("\n")[0],
    body: { data: null, message: `${message}\n`, ...(errors ? { errors } : {}) },
});
/** pveproxy's own answers: 401 and 595 to 599 have no body (pve-api.md 1.2). */
export const bare = (status: number, reason: string): Reply => ({ status, reason, body: "" });

type Script = (request: Received) => Reply | Promise<Reply>;

/** A scripted HTTPS server on loopback that records its requests. Requests without a script get 501. */
export class ScriptedPve {
    readonly received: Received[] = [];
    connections = 0;
    private readonly scripts = new Map<string, Script>();
    private readonly sockets = new Set<Socket>();

    private constructor(
        private readonly server: Server,
        readonly endpoint: string,
    ) {}

    static async start(certificate: Certificate): Promise<ScriptedPve> {
        const server = createServer({ key: certificate.key, cert: certificate.cert });
        // PVE announces no keep-alive time; these tests close idle sockets with closeIdle().
        server.keepAliveTimeout = 0;
        server.listen(0, "127.0.0.1");
        await once(server, "listening");
        const pve = new ScriptedPve(server, `https://127.0.0.1:${(server.address() as AddressInfo).port}`);
        server.on("connection", () => pve.connections++);
        server.on("secureConnection", (socket) => {
            pve.sockets.add(socket);
            socket.on("close", () => pve.sockets.delete(socket));
            socket.on("error", () => undefined);
        });
        // Clients that refuse the certificate close the connection, as some tests expect.
        server.on("tlsClientError", () => undefined);
        server.on("request", (request, response) => void pve.serve(request, response));
        return pve;
    }

    /** Answers `GET /version` and the like with one reply after the other; the last one is repeated. */
    on(what: string, ...replies: (Reply | Script)[]): this {
        const left = [...replies];
        this.scripts.set(what, (request) => {
            const reply = left.length > 1 ? left.shift() : left[0];
            return typeof reply === "function" ? reply(request) : (reply ?? bare(501, "no script"));
        });
        return this;
    }

    count(what: string): number {
        return this.received.filter(({ method, path }) => `${method} ${path}` === what).length;
    }

    closeIdle(): void {
        for (const socket of this.sockets) socket.destroy();
    }

    /** Refuses connections until `resume`. */
    async pause(): Promise<void> {
        await this.stop();
    }

    async resume(): Promise<void> {
        this.server.listen(Number(new URL(this.endpoint).port), "127.0.0.1");
        await once(this.server, "listening");
    }

    async stop(): Promise<void> {
        this.server.close();
        this.closeIdle();
        if (this.server.listening) await once(this.server, "close");
    }

    private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const body = Buffer.concat(chunks).toString();
        const [path = "", query = ""] = (request.url ?? "").replace(/^\/api2\/json/, "").split("?");
        const received: Received = {
            method: request.method ?? "",
            path: decodeURIComponent(path),
            query,
            body,
            params: new URLSearchParams(body || query),
            headers: request.headers,
        };
        this.received.push(received);
        const reply =
            (await this.scripts.get(`${received.method} ${received.path}`)?.(received)) ??
            bare(501, `Method '${received.method} ${received.path}' not implemented`);
        if (reply === "hang") return;
        if (reply === "reset") return void request.socket.destroy();
        if (reply === "cut") {
            response.writeHead(200, "OK", { "content-length": 1000, "content-type": "application/json" });
            response.write('{"data":');
            return void setTimeout(() => request.socket.destroy(), 5);
        }
        const text = typeof reply.body === "object" ? JSON.stringify(reply.body) : (reply.body ?? "");
        response.writeHead(reply.status ?? 200, reply.reason ?? "OK", { "content-length": Buffer.byteLength(text) });
        response.end(text);
    }
}
