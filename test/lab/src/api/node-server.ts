/** The pveproxy of one node: HTTPS, logins, faults, patience, the log of requests. */
import { X509Certificate } from "node:crypto";
import { createServer as createHttpsServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Server as NetServer, Socket } from "node:net";
import { PveError } from "../pve/errors";
import { sendError, sendRaw, sendResult } from "./answer";
import { readParams } from "./body";
import type { Params } from "./call";
import { dispatch, isOpen } from "./dispatch";
import type { RequestFault } from "./faults";
import type { Lab } from "./lab";
import { identify } from "./login";

const secret = /password|secret|^ticket$|sshkeys/i;

/** Then pveproxy closes the connection. */
const requestsPerSocket = 100;

/** pvedaemon's workers: each serves one call at a time. */
const workersPerNode = 3;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export type ListenPlace = { host: string; port: number } | NetServer;

class Cut extends Error {}

export class NodeServer {
    private readonly server: Server;
    private readonly sockets = new Set<Socket>();
    private readonly served = new WeakMap<Socket, number>();
    private busy = 0;
    private readonly queue: (() => void)[] = [];

    constructor(
        private readonly lab: Lab,
        private readonly node: string,
        tls: { key: string; cert: string },
    ) {
        this.server = createHttpsServer(
            { key: tls.key, cert: tls.cert, keepAliveTimeout: lab.timing.idle },
            (request, response) => void this.serve(request, response),
        );
        this.noteFingerprint(tls.cert);
        this.server.on("connection", (socket: Socket) => this.accept(socket));
        this.server.on("tlsClientError", () => undefined);
    }

    /** At an address, or on a socket that listens already (in another network namespace). Gives the port. */
    listen(at: ListenPlace): Promise<number> {
        return new Promise((resolve, reject) => {
            this.server.once("error", reject);
            this.server.listen(at, () => {
                const address = this.server.address();
                resolve(typeof address === "object" && address ? address.port : 0);
            });
        });
    }

    /** New certificate for new connections. */
    setTls(tls: { key: string; cert: string }): void {
        this.server.setSecureContext(tls);
        this.noteFingerprint(tls.cert);
    }

    private noteFingerprint(cert: string): void {
        this.lab.fingerprints.set(this.node, new X509Certificate(cert).fingerprint256);
    }

    async close(): Promise<void> {
        for (const socket of this.sockets) socket.destroy();
        await new Promise<void>((resolve) => this.server.close(() => resolve()));
    }

    /** A node that is down takes no connection. */
    private accept(socket: Socket): void {
        if (!this.lab.machine.nodes().some((node) => node.name === this.node && node.online)) {
            socket.destroy();
            return;
        }
        this.sockets.add(socket);
        socket.on("error", () => undefined);
        socket.on("close", () => this.sockets.delete(socket));
    }

    private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const started = Date.now();
        const [rawPath = "", query = ""] = (request.url ?? "").split(/\?(.*)/s);
        const path = rawPath.replace(/^\/api2\/(?:json|extjs)/, "");
        const verb = request.method ?? "GET";
        const entry = {
            at: started,
            method: verb,
            path: safeDecode(path),
            params: {} as Record<string, unknown>,
            user: "",
            status: 0,
            reason: "",
            ms: 0,
        };
        this.lab.faults.log.push(entry);
        const count = (this.served.get(request.socket) ?? 0) + 1;
        this.served.set(request.socket, count);
        if (count >= requestsPerSocket) response.setHeader("Connection", "close");
        try {
            if (!["GET", "POST", "PUT", "DELETE"].includes(verb)) throw new PveError(501, `method '${verb}' not available`);
            if (!rawPath.startsWith("/api2/json")) throw new PveError(501, "no such file");
            const identity = await this.login(request, response, verb, path);
            if (identity === undefined) return;
            entry.user = identity;
            const params = await readParams(request, query);
            entry.params = hideSecrets(params);
            await this.answer(request, response, { verb, path, params, via: this.node }, identity);
        } catch (error) {
            if (error instanceof PveError && error.status === 401) await pause(this.lab.timing.refusal);
            if (error instanceof Cut) request.socket.destroy();
            else
                sendError(
                    response,
                    error instanceof PveError
                        ? error
                        : new PveError(500, error instanceof Error ? (error.stack ?? error.message) : String(error)),
                );
        } finally {
            entry.status = response.headersSent ? response.statusCode : 0;
            entry.reason = response.statusMessage ?? "";
            entry.ms = Date.now() - started;
        }
    }

    /** Undefined when the 401 is already sent: late, and with an empty body. */
    private async login(request: IncomingMessage, response: ServerResponse, verb: string, path: string): Promise<string | undefined> {
        if (isOpen(this.lab, verb, path)) return "";
        const { authorization, cookie } = request.headers;
        const csrf = request.headers["csrfpreventiontoken"];
        const upload = verb === "POST" && path.endsWith("/upload");
        try {
            return identify(
                this.lab,
                { authorization, cookie, csrf: typeof csrf === "string" ? csrf : undefined },
                verb !== "GET" && !upload,
            );
        } catch (error) {
            if (!(error instanceof PveError)) throw error;
            request.resume();
            await pause(this.lab.timing.refusal);
            sendError(response, error, true);
            return undefined;
        }
    }

    private async answer(
        request: IncomingMessage,
        response: ServerResponse,
        call: { verb: string; path: string; params: Params; via: string },
        identity: string,
    ): Promise<void> {
        const faults = this.lab.faults.atRequest(call.verb, safeDecode(call.path));
        for (const fault of faults) if (await this.before(response, fault)) return;
        const work = this.inWorker(call, () => dispatch(this.lab, call, identity));
        if (faults.some((fault) => fault.kind === "drop")) {
            await work.catch(() => undefined);
            throw new Cut();
        }
        if (faults.some((fault) => fault.kind === "596")) {
            work.catch(() => undefined);
            throw new PveError(596, "Connection timed out");
        }
        const outcome = await Promise.race([work.then((result) => ({ result })), timeout(this.lab.timing.proxy)]);
        if (outcome === "late") throw new PveError(596, "Connection timed out");
        sendResult(response, outcome.result);
    }

    /** True when the fault was the whole answer. */
    private async before(response: ServerResponse, fault: RequestFault): Promise<boolean> {
        if (fault.kind === "delay") await pause(fault.ms);
        if (fault.kind === "drop" && fault.when === "before") throw new Cut();
        if (fault.kind === "595") throw new PveError(595, "Connection refused");
        if (fault.kind !== "answer") return false;
        const text = fault.reason ?? "injected";
        sendRaw(response, fault.status, text, fault.body ?? (fault.status >= 595 ? undefined : { data: null, message: `${text}\n` }));
        return true;
    }

    /** Calls of pvedaemon wait for one of its few workers; pveproxy answers the others itself. */
    private async inWorker<T>(call: { verb: string; path: string }, work: () => Promise<T>): Promise<T> {
        if (!this.lab.table.find(call.verb, call.path)?.schema.protected) return work();
        if (this.busy >= workersPerNode) await new Promise<void>((resolve) => this.queue.push(resolve));
        else this.busy++;
        try {
            return await work();
        } finally {
            const next = this.queue.shift();
            if (next) next();
            else this.busy--;
        }
    }
}

function timeout(ms: number): Promise<"late"> {
    return new Promise((resolve) => setTimeout(() => resolve("late"), ms).unref());
}

function safeDecode(path: string): string {
    try {
        return decodeURIComponent(path);
    } catch {
        return path;
    }
}

function hideSecrets(params: Params): Record<string, unknown> {
    return Object.fromEntries(Object.entries(params).map(([key, value]) => [key, secret.test(key) ? "***" : value]));
}
