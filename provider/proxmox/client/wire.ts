import type { TlsTrust } from "../../base/connection";
import { type Deadline } from "../../base/deadline";
import { messageOf } from "../../base/errors";
import { scrub } from "../../base/scrub";
import { trace } from "../../base/trace";
import type { Answer, Attempt } from "./failures";
import { PveError } from "./known-errors";
import type { Timing } from "./timing";
import { codeOf, ConnectFailure, connector, PinMismatch } from "./trust";
import { Agent, errors, request } from "./undici";

/** One request to one endpoint. Throws Unreachable, HostKeyMismatch or Timeout; `dispatched`: the request may have taken effect. */
export class Wire {
    private readonly agent: Agent;

    constructor(trust: TlsTrust, timing: Timing) {
        this.agent = new Agent({
            connect: connector(trust, timing.connect),
            // pveproxy sends no Keep-Alive hint; proxies in front of it may, so limit it.
            keepAliveTimeout: timing.keepAlive,
            keepAliveMaxTimeout: timing.keepAlive,
            headersTimeout: timing.answer,
            bodyTimeout: timing.answer,
            // One request at a time per connection, so that a slow answer does not block others.
            pipelining: 1,
            connections: 16,
        });
    }

    /** `form` goes into the body of POST and PUT, and into the query of GET and DELETE: PVE refuses a body in DELETE (pve-api.md 1.1). */
    async exchange(attempt: Attempt, headers: Record<string, string>, form: string, deadline: Deadline): Promise<Answer> {
        const inBody = attempt.method === "POST" || attempt.method === "PUT";
        const began = performance.now();
        const note = (status: number, error?: string): void =>
            trace({ kind: "api", method: attempt.method, path: attempt.path, status, ms: Math.round(performance.now() - began), error });
        try {
            const response = await request(this.agent, {
                origin: attempt.endpoint,
                path: `/api2/json${attempt.path}${!inBody && form !== "" ? `?${form}` : ""}`,
                method: attempt.method,
                headers: {
                    accept: "application/json",
                    ...(inBody ? { "content-type": "application/x-www-form-urlencoded" } : {}),
                    ...headers,
                },
                body: inBody ? form : null,
                signal: signalOf(deadline),
            });
            const text = await response.body.text();
            note(response.statusCode);
            return { status: response.statusCode, reason: response.statusText, body: jsonOf(text) };
        } catch (error) {
            note(0, codeOf(error) || messageOf(error));
            throw lost(error, attempt, deadline);
        }
    }

    async close(): Promise<void> {
        await this.agent.destroy();
    }
}

function signalOf(deadline: Deadline): AbortSignal {
    const timeout = AbortSignal.timeout(Math.max(1, deadline.left));
    return deadline.signal ? AbortSignal.any([timeout, deadline.signal]) : timeout;
}

function jsonOf(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}

function lost(error: unknown, attempt: Attempt, deadline: Deadline): PveError {
    const make = (kind: PveError["kind"], message: string, dispatched: boolean, again = false): PveError =>
        new PveError(kind, scrub(`${message} (${attempt.method} ${attempt.path})`), { dispatched, again, cause: error });
    if (error instanceof ConnectFailure) return notConnected(error, attempt, make);
    if (deadline.expired)
        return make("Timeout", `timed out while waiting for ${attempt.endpoint}; increase \`timeouts\` if this cluster is slow`, true);
    if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError)
        return make("Unreachable", `${attempt.endpoint} accepted the request but did not answer in time`, true);
    return make("Unreachable", `the connection to ${attempt.endpoint} was lost before the response: ${messageOf(error)}`, true);
}

const CERTIFICATE = /CERT|SIGNATURE|ISSUER|PIN_MISMATCH|SELF_SIGNED/;

function notConnected(
    failure: ConnectFailure,
    attempt: Attempt,
    make: (kind: PveError["kind"], message: string, dispatched: boolean, again?: boolean) => PveError,
): PveError {
    const { endpoint } = attempt;
    if (failure.cause instanceof PinMismatch)
        return make(
            "HostKeyMismatch",
            `${endpoint} has a certificate that does not match connection.tlsFingerprint: ${failure.message}. If it was renewed, set the new fingerprint, or set caCertificate, which survives renewals`,
            false,
        );
    if (CERTIFICATE.test(failure.code))
        return make(
            "HostKeyMismatch",
            `the certificate of ${endpoint} is not trusted (${failure.message}): set connection.caCertificate or PROXMOX_VE_CA_CERTIFICATE (/etc/pve/pve-root-ca.pem of the cluster), or connection.tlsFingerprint`,
            false,
        );
    // A host name that does not exist will not appear within seconds.
    return make("Unreachable", `cannot connect to ${endpoint}: ${failure.message || failure.code}`, false, failure.code !== "ENOTFOUND");
}
