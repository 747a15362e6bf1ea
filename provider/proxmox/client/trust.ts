import { createSecureContext, getCACertificates, type SecureContext, type TLSSocket } from "node:tls";
import type { TlsTrust } from "../../base/connection";
import { messageOf } from "../../base/errors";
import { buildConnector, type Connector } from "./undici";

/** The error code of Node, OpenSSL or undici; empty when there is none. */
export function codeOf(error: unknown): string {
    const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
    return typeof code === "string" ? code : "";
}

/** No connection was made: nothing of the request left this machine. */
export class ConnectFailure extends Error {
    readonly code: string;

    constructor(cause: unknown) {
        super(messageOf(cause), { cause });
        this.code = codeOf(cause);
    }
}

/** The certificate's fingerprint is not the pinned one. */
export class PinMismatch extends Error {
    readonly code = "PIN_MISMATCH";

    constructor(readonly served: string) {
        super(`the certificate's SHA-256 fingerprint is ${served}`);
    }
}

/**
 * Connects and verifies the server before any byte of the request is sent. Pins are compared here, because Node calls no check of ours when
 * CA verification is off. TLS sessions are not reused: a resumed one shows no certificate.
 */
export function connector(trust: TlsTrust, timeout: number): Connector {
    const connect = buildConnector({ timeout, maxCachedSessions: 0, ...tlsOptions(trust) });
    return (options, callback) =>
        connect(options, (error, socket) => {
            if (error) return callback(new ConnectFailure(error), null);
            if (trust.kind === "fingerprint") {
                const served = (socket as TLSSocket).getPeerCertificate().fingerprint256;
                if (served !== trust.sha256) {
                    socket.destroy();
                    return callback(new ConnectFailure(new PinMismatch(served)), null);
                }
            }
            callback(null, socket);
        });
}

function tlsOptions(trust: TlsTrust): { secureContext?: SecureContext; rejectUnauthorized?: boolean } {
    if (trust.kind === "ca") return { secureContext: createSecureContext({ ca: trust.pem }) };
    if (trust.kind === "system") return { secureContext: machineTrust() };
    return { rejectUnauthorized: false };
}

let machine: SecureContext | undefined;

/** Node's own CAs, NODE_EXTRA_CA_CERTS and the machine's trust store (which Node before 22.15 cannot read). Parsed once: it is slow. */
function machineTrust(): SecureContext | undefined {
    if (typeof getCACertificates !== "function") return undefined;
    machine ??= createSecureContext({ ca: [...new Set([...getCACertificates("default"), ...getCACertificates("system")])] });
    return machine;
}
