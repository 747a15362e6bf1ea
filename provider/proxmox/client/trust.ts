import { createSecureContext, getCACertificates, type SecureContext, type TLSSocket } from "node:tls";
import type { TlsTrust } from "../../base/connection";
import { messageOf } from "../../base/errors";
import { buildConnector, type Connector } from "./undici";

/** Node's, OpenSSL's or undici's code of an error; empty when it has none. */
export function codeOf(error: unknown): string {
    const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
    return typeof code === "string" ? code : "";
}

/** The connection was never made: nothing of the request left this machine. */
export class ConnectFailure extends Error {
    readonly code: string;

    constructor(cause: unknown) {
        super(messageOf(cause), { cause });
        this.code = codeOf(cause);
    }
}

/** The certificate is not the one that was promised. */
export class PinMismatch extends Error {
    readonly code = "PIN_MISMATCH";

    constructor(readonly served: string) {
        super(`the certificate's SHA-256 fingerprint is ${served}`);
    }
}

/**
 * Connects and decides whether to believe the other side before a byte of the request is written. A pin is compared here because Node
 * calls no check of ours when verification by CA is off. No TLS session is reused: a resumed one shows no certificate to compare.
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
