import type { PveConnection } from "../../base/connection";
import { Deadline } from "../../base/deadline";
import type { PvesmbError } from "../../base/errors";
import type { Log } from "../../base/log";
import { perSession } from "../../base/session";
import { row, type Row } from "../values/scalars";
import { Endpoints, Outages } from "./endpoints";
import { type Answer, failureOf, type Method } from "./failures";
import { encodeForm, nodeOf, type Params } from "./form";
import { KeyedSemaphore } from "./keyed-semaphore";
import { type Login, loginOf } from "./login";
import { PveError } from "./known-errors";
import { pauseBefore, type Timing, TIMING } from "./timing";
import { Wire } from "./wire";

interface Request {
    method: Method;
    path: string;
    params: Params;
}

/**
 * API calls of one operation, within its deadline. They return PVE's `data` and throw PvesmbErrors, mostly PveErrors (known-errors.ts). Calls
 * that are safe to repeat were retried before they fail (pve-api.md 4.3).
 */
export interface Pve {
    readonly deadline: Deadline;
    readonly timing: Timing;
    /** The caller: `user@realm` or `user@realm!token`. */
    readonly identity: string;
    /** The same object for all operations of one connection: caches use it as their key. */
    readonly connection: object;
    get(path: string, params?: Params): Promise<unknown>;
    post(path: string, params?: Params): Promise<unknown>;
    put(path: string, params?: Params): Promise<unknown>;
    delete(path: string, params?: Params): Promise<unknown>;
    /** Runs `work` with the lock `key` of this process, for read-modify-write of one guest. */
    exclusively<T>(key: string, work: () => Promise<T>): Promise<T>;
    within(deadline: Deadline): Pve;
}

/** pvedaemon has 3 workers per node, each busy with one call at a time (pve-api.md 0.7). */
const WRITES_PER_NODE = 3;

/** The API of one cluster for one identity. Get it from `pveClient`: one per connection and session. */
export class PveClient {
    private readonly wire: Wire;
    private readonly endpoints: Endpoints;
    private readonly outages = new Outages();
    private readonly writes = new KeyedSemaphore(WRITES_PER_NODE);
    private readonly keys = new KeyedSemaphore(1);
    private readonly login: Login;

    constructor(
        private readonly connection: Pick<PveConnection, "endpoints" | "auth" | "authSource" | "tls">,
        private readonly log: Log,
        private readonly timing: Timing = TIMING,
    ) {
        this.wire = new Wire(connection.tls, timing);
        this.endpoints = new Endpoints(connection.endpoints);
        const ask = (params: Params): Promise<unknown> =>
            this.send({ method: "POST", path: "/access/ticket", params }, Deadline.in(timing.answer), nobody(connection.auth));
        this.login = loginOf(connection.auth, ask, timing.ticket);
        if (connection.tls.kind === "insecure")
            log.warnOnce(
                `insecure ${connection.endpoints.join()}`,
                `connection.insecure: the certificate of ${connection.endpoints.join(", ")} is not verified, so anyone on the network can read the credentials and take over the cluster. Set caCertificate or tlsFingerprint instead.`,
            );
    }

    within(deadline: Deadline): Pve {
        const call =
            (method: Method) =>
            (path: string, params: Params = {}): Promise<unknown> =>
                this.send({ method, path, params }, deadline, this.login);
        return {
            deadline,
            timing: this.timing,
            identity: this.login.identity,
            connection: this,
            get: call("GET"),
            post: call("POST"),
            put: call("PUT"),
            delete: call("DELETE"),
            exclusively: (key, work) => this.keys.run(key, work),
            within: (other) => this.within(other),
        };
    }

    /** Aborts all requests. */
    async close(): Promise<void> {
        await this.wire.close();
    }

    private async send(request: Request, deadline: Deadline, login: Login): Promise<unknown> {
        const began = Date.now();
        const tried = new Set<string>();
        let renewed = false;
        for (let attempt = 0; ; attempt++) {
            deadline.check(`asking Proxmox VE (${request.method} ${request.path})`);
            const endpoint = this.endpoints.pick();
            tried.add(endpoint);
            const headers = await login.headers(request.method !== "GET");
            const result = await this.once(request, endpoint, headers, login, deadline);
            if (!(result instanceof PveError)) return result["data"];

            if (result.details.status === 401 && !renewed) {
                renewed = true;
                if (await login.renew(headers)) continue;
            }
            // An endpoint that was not tried yet needs no pause.
            if (neverTaken(result) && !tried.has(this.endpoints.pick())) continue;
            const pause = this.pauseAfter(result, request, attempt, Date.now() - began);
            if (pause === undefined || pause >= deadline.left) throw result;
            if (result.kind === "Busy" && attempt === 3) this.log.info(`waiting: ${result.message}`);
            await deadline.sleep(pause);
        }
    }

    /** The body of a successful answer, or the failure. */
    private async once(
        request: Request,
        endpoint: string,
        headers: Record<string, string>,
        login: Login,
        deadline: Deadline,
    ): Promise<Row | PveError> {
        const { method, path, params } = request;
        const attempt = { method, path, endpoint, identity: login.identity, authSource: this.connection.authSource };
        const exchange = (): Promise<Answer> => this.wire.exchange(attempt, headers, encodeForm(params), deadline);
        try {
            const answer = await (method === "GET" ? exchange() : this.writes.run(nodeOf(path) ?? "", exchange));
            this.endpoints.good(endpoint);
            const good = answer.status === 200 && typeof answer.body === "object" && answer.body !== null && "data" in answer.body;
            const failure = good ? undefined : failureOf(answer, attempt);
            if (failure?.kind !== "Unreachable") this.outages.answered(outageOf(path));
            // The daemon behind this endpoint or the node in the path is down: another endpoint may soon know better.
            if (failure?.details.status === 595) this.endpoints.avoid(endpoint, this.timing.avoid / 6);
            return failure ?? row(answer.body);
        } catch (error) {
            if (!(error instanceof PveError)) throw error;
            if (neverTaken(error)) this.endpoints.avoid(endpoint, this.timing.avoid);
            return error;
        }
    }

    /** Pause before the request is sent again; undefined when it must not be repeated or has been retried long enough. */
    private pauseAfter(failure: PveError, { method, path }: Request, attempt: number, spent: number): number | undefined {
        const pause = pauseBefore(attempt, this.timing.pause);
        if (failure.kind === "Busy") return failure.again && spent + pause < this.timing.busy ? pause : undefined;
        if (failure.kind !== "Unreachable") return undefined;
        if (neverTaken(failure) ? !failure.again : !mayRepeat(method, path)) return undefined;
        return this.outages.failed(outageOf(path)) < this.timing.silence ? pause : undefined;
    }
}

/** The identity for /access/ticket: none yet. */
const nobody = (auth: PveConnection["auth"]): Login => ({
    identity: auth.kind === "ticket" ? auth.username : auth.id,
    headers: async () => ({}),
    renew: async () => false,
});

/** A second login does no harm; after any other write that may have been accepted, the caller checks. */
function mayRepeat(method: string, path: string): boolean {
    return method === "GET" || path === "/access/ticket";
}

function neverTaken(failure: PvesmbError): boolean {
    return failure.kind === "Unreachable" && failure.details.dispatched === false;
}

function outageOf(path: string): string {
    return nodeOf(path) ?? "";
}

const clients = perSession(() => new Map<string, PveClient>(), closeOf);

/** The client of a connection: one per session and content, so that resources share sockets, tickets and limits. */
export function pveClient(connection: PveConnection, log: Log): PveClient {
    const key = JSON.stringify([connection.endpoints, connection.auth, connection.authSource, connection.tls]);
    const client = clients().get(key) ?? new PveClient(connection, log);
    clients().set(key, client);
    return client;
}

/** Closes all sockets. */
export const closeClients = (): Promise<void> => closeOf(clients());

async function closeOf(clients: Map<string, PveClient>): Promise<void> {
    const open = [...clients.values()];
    clients.clear();
    await Promise.all(open.map((client) => client.close()));
}
