import { fingerprint as fingerprintOf } from "../hosts";

/** The SHA-256 fingerprint of a public key line, in ssh-keygen's format. */
export function fingerprint(publicKey: string): string | undefined {
    const blob = publicKey.trim().split(/\s+/)[1];
    return blob === undefined ? undefined : fingerprintOf(Buffer.from(blob, "base64"));
}

/** Fingerprints of the host's keys, from its `/etc/ssh/ssh_host_*_key.pub`. */
export function hostKeysIn(files: Record<string, string>): string[] {
    return Object.entries(files)
        .filter(([path]) => path.startsWith("/etc/ssh/ssh_host_"))
        .map(([, line]) => fingerprint(line))
        .filter((each): each is string => each !== undefined)
        .sort();
}
