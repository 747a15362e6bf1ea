import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";

export interface KnownKey {
    /** `ssh-ed25519`, ... */
    type: string;
    /** Base64. */
    blob: string;
    revoked: boolean;
}

/** A host's keys in a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). Certificate authorities are ignored. */
export function knownKeys(path: string, address: string, port: number): KnownKey[] {
    let text: string;
    try {
        text = readFileSync(path, "utf8");
    } catch {
        return [];
    }
    const name = port === 22 ? address : `[${address}]:${port}`;
    return text.split("\n").flatMap((line) => {
        const [, marker, hosts, type, blob] = /^\s*(?:(@\S+)\s+)?([^#@\s]\S*)\s+(\S+)\s+(\S+)/.exec(line) ?? [];
        if (hosts === undefined || type === undefined || blob === undefined || marker === "@cert-authority") return [];
        return matches(hosts, name) ? [{ type, blob, revoked: marker === "@revoked" }] : [];
    });
}

function matches(hosts: string, name: string): boolean {
    const hashed = /^\|1\|([^|]+)\|(.+)$/.exec(hosts);
    if (hashed) {
        const [, salt = "", hash] = hashed;
        return createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash;
    }
    const patterns = hosts.split(",");
    const fits = (pattern: string): boolean => wildcard(pattern).test(name);
    return (
        patterns.some((pattern) => !pattern.startsWith("!") && fits(pattern)) &&
        !patterns.some((p) => p.startsWith("!") && fits(p.slice(1)))
    );
}

function wildcard(pattern: string): RegExp {
    const source = pattern
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replaceAll("*", ".*")
        .replaceAll("?", ".");
    return new RegExp(`^${source}$`, "i");
}
