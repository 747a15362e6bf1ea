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
    /** The keys it may have: public key lines (`ssh-ed25519 AAAA...`) or fingerprints (`SHA256:...`). When given, nothing else counts. */
    hostKeys?: string[];
    /** Path of a known_hosts file; it need not exist. */
    knownHosts?: string;
    /** Take whatever key an otherwise unknown host shows (a fresh guest of our own). A key that contradicts known ones is refused all the same. */
    acceptNew?: boolean;
    /** Connect through that host. */
    jump?: SshTarget;
    /** Commands go through `sudo -n`. */
    sudo?: boolean;
}

/** Where, as whom, through what: targets alike in this share a connection. */
export function route(target: SshTarget): string {
    const via = target.jump ? ` via ${route(target.jump)}` : "";
    return `${target.username}@${place(target)}${via}`;
}

export function place({ address, port }: SshTarget): string {
    const host = address.includes(":") ? `[${address}]` : address;
    return port === 22 ? host : `${host}:${port}`;
}
