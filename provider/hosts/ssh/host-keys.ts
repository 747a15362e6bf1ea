import { createHash } from "node:crypto";
import type { ServerHostKeyAlgorithm } from "ssh2";
import { PvesmbError } from "../../base/errors";
import { knownKeys } from "./known-hosts";
import { place, type SshTarget } from "./target";

/** A host's public key, as sshd presents it. */
export class HostKey {
    readonly type: string;
    readonly fingerprint: string;

    constructor(private readonly blob: Buffer) {
        // RFC 4253 6.6: the blob begins with the key type as a string.
        this.type = blob.toString("latin1", 4, 4 + blob.readUInt32BE(0));
        this.fingerprint = fingerprint(blob);
    }

    /** As in known_hosts, without the name. */
    get line(): string {
        return `${this.type} ${this.blob.toString("base64")}`;
    }
}

/** The format of ssh-keygen. */
export function fingerprint(blob: Buffer): string {
    return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** Without SHA-1 signatures (`ssh-rsa`). */
const ALGORITHMS: Record<string, ServerHostKeyAlgorithm[]> = {
    "ssh-ed25519": ["ssh-ed25519"],
    "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
    "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
    "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
    "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"],
};
const ALL = Object.values(ALGORITHMS).flat();

interface Expected {
    /** Only for pins and known_hosts entries with the whole key. */
    type?: string;
    fingerprint: string;
}

/** Which keys a target may present, and how to ask sshd (which has several) for one of them. */
export class HostKeyPolicy {
    private readonly expected: Expected[];
    private readonly revoked: string[];
    private readonly source: string;

    constructor(private readonly target: SshTarget) {
        const { hostKeys = [], knownHosts, address, port } = target;
        const known = hostKeys.length === 0 && knownHosts !== undefined ? knownKeys(knownHosts, address, port) : [];
        const keyed = known.map(({ type, blob, revoked }) => ({ type, fingerprint: fingerprint(Buffer.from(blob, "base64")), revoked }));
        this.expected = hostKeys.length > 0 ? hostKeys.map(pin) : keyed.filter(({ revoked }) => !revoked);
        this.revoked = keyed.filter(({ revoked }) => revoked).map((key) => key.fingerprint);
        this.source = hostKeys.length > 0 ? "the host keys given" : (knownHosts ?? "known_hosts");
    }

    /** Host key algorithms to offer, one list per attempt: a fingerprint does not reveal its type, so all are tried in turn. */
    attempts(): ServerHostKeyAlgorithm[][] {
        if (this.expected.length === 0) return [ALL];
        if (this.expected.every(({ type }) => type !== undefined))
            return [ALL.filter((algorithm) => this.expected.some(({ type = "" }) => ALGORITHMS[type]?.includes(algorithm)))];
        return Object.values(ALGORITHMS);
    }

    /** Why this key is refused, if it is. */
    refusal(key: HostKey): PvesmbError | undefined {
        if (this.revoked.includes(key.fingerprint))
            return this.mismatch(`has a host key that ${this.source} marks as revoked: ${key.fingerprint}`);
        if (this.expected.some((each) => each.fingerprint === key.fingerprint)) return undefined;
        if (this.expected.length > 0) return this.changed(`${key.fingerprint} (${key.type})`);
        if (this.target.acceptNew) return undefined;
        return this.mismatch(
            `has an unknown SSH host key: ${key.fingerprint} (${key.type}). If it is the right one (compare with \`ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub\` there), ` +
                `add it to \`hostKeys\` of the connection, or run \`ssh-keyscan -p ${this.target.port} ${this.target.address} >> ${this.source}\``,
        );
    }

    /** Error if sshd has no key of an expected type. */
    absent(): PvesmbError {
        return this.changed("a key of another type");
    }

    private changed(shown: string): PvesmbError {
        return this.mismatch(
            `has the SSH host key ${shown}, but ${this.source} has ${this.expected.map((each) => each.fingerprint).join(" or ")}. ` +
                `The machine was reinstalled, another machine has this address, or someone is intercepting the connection. If the new key is right, replace the old one ` +
                `(known_hosts: \`ssh-keygen -R '${this.target.port === 22 ? this.target.address : `[${this.target.address}]:${this.target.port}`}'\`)`,
        );
    }

    private mismatch(text: string): PvesmbError {
        return new PvesmbError("HostKeyMismatch", `${place(this.target)} ${text}`, { dispatched: false });
    }
}

function pin(text: string): Expected {
    const trimmed = text.trim();
    if (/^SHA256:[A-Za-z0-9+/]{43}=?$/.test(trimmed)) return { fingerprint: trimmed.replace(/=$/, "") };
    const [type = "", blob = ""] = trimmed.split(/\s+/);
    if (!(type in ALGORITHMS) || !blob.startsWith("AAAA"))
        throw new PvesmbError(
            "InvalidInput",
            `not a host key: ${JSON.stringify(text)}; use a public key line (\`ssh-ed25519 AAAA...\`) or a fingerprint (\`SHA256:...\`)`,
        );
    return { type, fingerprint: fingerprint(Buffer.from(blob, "base64")) };
}
