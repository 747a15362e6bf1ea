/** A host with sshd, and how to log in there. */
export interface SshTarget {
    address: string;
    port: number;
    username: string;
    /** OpenSSH private key, as text. */
    privateKey?: string;
    passphrase?: string;
    /** Also answers keyboard-interactive prompts. */
    password?: string;
    /** Socket of an SSH agent. */
    agent?: string;
    /** Accepted keys: public key lines (`ssh-ed25519 AAAA...`) or fingerprints (`SHA256:...`). If set, nothing else is consulted. */
    hostKeys?: string[];
    /** Path of a known_hosts file; it may be missing. */
    knownHosts?: string;
    /** Accept any key of an unknown host (a fresh guest of our own). A key that contradicts known ones is still refused. */
    acceptNew?: boolean;
    /** Connect through this host. */
    jump?: SshTarget;
    /** Commands go through `sudo -n`. */
    sudo?: boolean;
}

/** User, address and jump hosts: targets with the same route share a connection. */
export function route(target: SshTarget): string {
    const via = target.jump ? ` via ${route(target.jump)}` : "";
    return `${target.username}@${place(target)}${via}`;
}

export function place({ address, port }: SshTarget): string {
    const host = address.includes(":") ? `[${address}]` : address;
    return port === 22 ? host : `${host}:${port}`;
}
